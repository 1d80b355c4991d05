"""A run of one model: its folder, the names of its files, and all that is shown of it."""

import json
import math
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from models.registry import Registry
from utils.evaluation.latent_map import LatentMap, latent_map
from utils.evaluation.likelihood import posterior_means
from utils.evaluation.metrics import Measured, Metric
from utils.evaluation.verdict import Evaluation
from utils.settings.config import Config
from utils.settings.values import parse_yaml, read_text
from utils.system.errors import InputError
from utils.system.reading import reading

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


class Trained(StrEnum):
    """What training writes into the folder of its run, after each epoch."""

    CONFIG = "config.yaml"
    HISTORY = "history.csv"
    MODEL = "model.pt"
    CHECKPOINT = "checkpoint.pt"
    FRAMES = "epochs"
    FILM = "training.gif"
    LOSSES = "loss.png"


class Result(StrEnum):
    """What is made with the trained model. It belongs to that model, and is removed when the model changes."""

    SAMPLES = "generated.npy"
    METRICS = "metrics.json"
    GENERATED = "generated.png"
    DATA = "data.png"
    COMPARISON = "comparison.png"
    LATENT = "latent.png"
    REPORT = "report.html"


# The plots of a run by their files, each a function of the `Run`. A new one is a function and a row.
PLOTS = Registry(
    {
        Result.COMPARISON: "utils.pictures.comparison:plot_comparison",
        Result.LATENT: "utils.pictures.latent:plot_latent",
    }
)


class Run:
    """A run of any version of the program. Parts that are not given are read from `folder` when they are needed.

    generator, data, samples, evaluation: the model, all points of its data set, the generated points `(n, 5)`, and how
        good both are. The program that makes the run gives them.

    Raises InputError where a part cannot be read.
    """

    generator: Generator
    data: ColoredPoints
    samples: np.ndarray
    evaluation: Evaluation

    def __init__(self, folder: Path, **parts: Any) -> None:
        self.folder = folder
        vars(self).update(parts)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings by their names, which may be those of another version."""
        path = self.folder / Trained.CONFIG
        with reading(path, "settings", ADVICE):
            return dict(parse_yaml(read_text(path), str(path)))

    @cached_property
    def config(self) -> Config:
        """The settings of a run of this version."""
        return Config(**self.settings)

    @cached_property
    def history(self) -> History:
        """The columns of history.csv."""
        return read_history(self.folder)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        path = self.folder / Result.METRICS
        with reading(path, "figures", ADVICE):
            metrics = dict(json.loads(path.read_text(encoding="utf-8")))
            return metrics | {"p": None if metrics.get("p") is None else float(metrics["p"])}

    @cached_property
    def figures(self) -> dict[str, Measured]:
        """The figures by their keys. Those of the model have no counterpart of real points."""
        with reading(self.folder / Result.METRICS, "figures", ADVICE):
            loss = self.metrics["heldout_reconstruction"] + self.metrics["heldout_kl"]
            of_model = {key: value for key, value in self.metrics.items() if key in OF_MODEL} | {"heldout_loss": loss}
            figures = {key: Measured(float(value), real=math.nan) for key, value in of_model.items()}
            return figures | {key: found for key, part in self.metrics.items() if (found := Measured.from_json(part))}

    @cached_property
    def painted(self) -> Image.Image:
        """The picture that the generated points paint."""
        return _picture(self.folder / Result.GENERATED)

    @cached_property
    def original(self) -> Image.Image | None:
        """The picture that points of the data paint; None if the version that ran kept none."""
        path = self.folder / Result.DATA
        return _picture(path) if path.exists() else None

    @property
    def name(self) -> str:
        """What the model is called in titles."""
        return f"{self.settings['model']} VAE"

    @property
    def data_id(self) -> str:
        """The fingerprint of the data, or their folder if the version that ran kept none."""
        return str(self.metrics.get("fingerprint") or self.settings.get("data_path"))

    @cached_property
    def shown(self) -> np.ndarray:
        """The points of the data that pictures show, `(k, 5)`: all of them, or enough."""
        return thinned(self.data.points.numpy(), MOST_SHOWN)

    @cached_property
    def means(self) -> np.ndarray:
        """Where the encoder puts `shown`: the posterior means `(k, latent_dim)`."""
        return posterior_means(self.generator, self.shown)

    @cached_property
    def map(self) -> LatentMap:
        """The map of the latent space, whose `means` belong to `shown`."""
        return latent_map(self.generator, self.means)


def read_history(folder: Path) -> History:
    """The curves in history.csv in `folder`. Raises InputError if it cannot be read."""
    path = folder / Trained.HISTORY
    with reading(path, "the history of a run", ADVICE, missing=ADVICE):
        table = np.genfromtxt(path, delimiter=",", names=True, ndmin=1, encoding="utf-8")
        history = {name: table[name] for name in CURVES}
        if not len(table) or not np.isfinite([*history.values()]).all():
            raise InputError(f"{path}: has no epochs, or numbers that are not finite; {ADVICE}")
        return history


def _picture(path: Path) -> Image.Image:
    with reading(path, "a picture", ADVICE):
        return Image.open(path).convert("RGB")
