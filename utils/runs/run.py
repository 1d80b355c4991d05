"""A run of one model: its folder, the names of its files, and all that is shown of it."""

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from data import random_subset
from data.points import ColoredPoints
from models.generator import Generator, load_generator
from utils.evaluation.latent_map import LatentMap, latent_map
from utils.evaluation.likelihood import posterior_means
from utils.evaluation.metrics import Measured, Metric
from utils.evaluation.verdict import Evaluation
from utils.settings.config import Config
from utils.settings.values import parse_yaml, read_text
from utils.system.environment import provenance
from utils.system.errors import InputError, reading
from utils.training.checkpoint import TrainingFile, as_csv, read_checkpoint

# The columns of history.csv, by their names.
History = dict[str, np.ndarray]
# Those that are shown.
CURVES = ("epoch", "beta", "train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl", "seconds")
# What metrics.json says of the model, beside its samples.
OF_MODEL = {
    "heldout_loss": Metric("loss of a held-out point (nats)", "", ".2f"),
    "heldout_reconstruction": Metric("reconstruction", "", ".2f"),
    "heldout_kl": Metric("KL", "", ".2f"),
    "active_units": Metric("active latents", "", ".3g"),
}
# Pictures show no more points: that would be slow to draw and look the same.
MOST_SHOWN = 20_000
ADVICE = "train again, or leave this run out"


class ResultFile(StrEnum):
    """What is made with the trained model. It belongs to that model, and is removed when the model changes."""

    SAMPLES = "generated.npy"
    METRICS = "metrics.json"
    GENERATED = "generated.png"
    DATA = "data.png"
    COMPARISON = "comparison.png"
    LATENT = "latent.png"
    REPORT = "report.html"


@dataclass(frozen=True, eq=False)
class Run:
    """What a run of any version of the program left in its `folder`: `Run("result/attention").metrics["c2st_auc"]`.

    Each part is read when it is asked for. Raises InputError where it cannot be read.
    """

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder).expanduser())

    @cached_property
    def samples(self) -> np.ndarray:
        """The generated points `(n, 5)`: integers x, y, r, g, b. They are read from the disk as they are used."""
        path = self.folder / ResultFile.SAMPLES
        with reading(path, "generated points", ADVICE):
            return np.load(path, mmap_mode="r")

    @cached_property
    def generator(self) -> Generator:
        """The trained model, which draws further points: `run.generator.sample(1000, seed=1)`."""
        return load_generator(self.trained_in / TrainingFile.MODEL)

    @property
    def trained_in(self) -> Path:
        """The folder of the training. Points that were drawn later have a folder of their own within that."""
        is_later = not (self.folder / TrainingFile.MODEL).exists() and self.folder.name.startswith("seed")
        return self.folder.parent if is_later else self.folder

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings by their names, which may be those of another version."""
        path = self.folder / TrainingFile.CONFIG
        with reading(path, "settings", ADVICE):
            return dict(parse_yaml(read_text(path), str(path)))

    @cached_property
    def config(self) -> Config:
        """The settings of a run of this version."""
        return Config(**self.settings | {"result_path": str(self.trained_in.parent)})

    @cached_property
    def history(self) -> History:
        """The columns of history.csv. Earlier versions of the program did not write all of them."""
        path, source = self.trained_in / TrainingFile.HISTORY, None
        if not path.exists() and (self.trained_in / TrainingFile.CHECKPOINT).exists():
            # Another program may have held the file open whenever it was to be written.
            source = as_csv(read_checkpoint(self.trained_in)["epochs"]).splitlines()
        with reading(path, "the history of a run", ADVICE, missing=ADVICE):
            table = np.genfromtxt(source or path, delimiter=",", names=True, ndmin=1, encoding="utf-8")
            if not len(table):
                raise InputError(f"{path}: has no epochs; {ADVICE}")
            return {name: table[name] for name in dict.fromkeys((*CURVES, *(table.dtype.names or ())))}

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        path = self.folder / ResultFile.METRICS
        with reading(path, "figures", ADVICE):
            metrics = dict(json.loads(path.read_text(encoding="utf-8")))
            return metrics | {"p": None if metrics.get("p") is None else float(metrics["p"])}

    @cached_property
    def figures(self) -> dict[str, Measured]:
        """The figures by their keys. Those of the model have no counterpart of real points."""
        with reading(self.folder / ResultFile.METRICS, "figures", ADVICE):
            loss = self.metrics["heldout_reconstruction"] + self.metrics["heldout_kl"]
            of_model = {key: value for key, value in self.metrics.items() if key in OF_MODEL} | {"heldout_loss": loss}
            figures = {key: Measured(float(value), real=math.nan) for key, value in of_model.items()}
            return figures | {key: row for key, part in self.metrics.items() if (row := Measured.from_json(part))}

    @cached_property
    def painted(self) -> Image.Image:
        """The picture that the generated points paint."""
        return self._picture(ResultFile.GENERATED)

    @cached_property
    def original(self) -> Image.Image | None:
        """The picture that points of the data paint; None if the version that ran kept none."""
        return self._picture(ResultFile.DATA) if (self.folder / ResultFile.DATA).exists() else None

    @property
    def name(self) -> str:
        """What the model is called in titles."""
        return f"{self.settings['model']} VAE"

    @property
    def data_id(self) -> str:
        """The fingerprint of the data, or their folder if the version that ran kept none."""
        return str(self.metrics.get("fingerprint") or self.settings.get("data_path"))

    def _picture(self, name: ResultFile) -> Image.Image:
        with reading(self.folder / name, "a picture", ADVICE):
            return Image.open(self.folder / name).convert("RGB")


@dataclass(frozen=True, eq=False)
class FreshRun(Run):
    """A run that has just ended, with what its folder does not hold: the `data` as they were read, and how it did."""

    data: ColoredPoints
    evaluation: Evaluation

    @cached_property
    def shown(self) -> np.ndarray:
        """The points of the data that pictures show, `(k, 5)`: all of them, or enough."""
        return random_subset(self.data.points.numpy(), MOST_SHOWN)

    @cached_property
    def means(self) -> np.ndarray:
        """Where the encoder puts `shown`: the posterior means `(k, latent_dim)`."""
        return posterior_means(self.generator, self.shown)

    @cached_property
    def map(self) -> LatentMap:
        """The map of the latent space, whose `means` belong to `shown`."""
        return latent_map(self.generator, self.means)

    @cached_property
    def provenance(self) -> dict[str, str]:
        """Rows of a name and a text: the data, the code that trained and judged, the versions that it stands on."""
        return {"data": f"fingerprint {self.generator.fingerprint}"} | provenance(self.generator.code)
