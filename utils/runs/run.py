"""A run of one model: its folder, the names of its files, and all that is shown of it."""

import json
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from data import random_subset
from data.points import ColoredPoints
from models.generator import Generator, load_generator
from utils.evaluation.latent_map import LatentMap, latent_map
from utils.evaluation.likelihood import posterior_means
from utils.evaluation.verdict import Evaluation
from utils.settings.config import Config, load_config
from utils.system.errors import InputError, expanded, reading
from utils.training.checkpoint import TrainingFile, read_checkpoint
from utils.training.loop import Epoch

# The columns of history.csv, by their names.
History = dict[str, np.ndarray]
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


class Run:
    """What a run left in its `folder`: `Run("result/attention").metrics["c2st_auc"]`.

    Each part is read when it is asked for. Raises InputError where it cannot be read.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(expanded(str(folder)))

    @property
    def trained_in(self) -> Path:
        """The folder of the training. Points that were drawn later have a folder of their own within that."""
        is_later = not (self.folder / TrainingFile.MODEL).exists() and self.folder.name.startswith("seed")
        return self.folder.parent if is_later else self.folder

    @cached_property
    def config(self) -> Config:
        """The settings."""
        return load_config(self.folder / TrainingFile.CONFIG)

    @cached_property
    def history(self) -> History:
        """The columns of history.csv, as the checkpoint has them: no other program holds that open."""
        epochs = read_checkpoint(self.trained_in)["epochs"]
        if not epochs:
            raise InputError(f"{self.trained_in}: its training has not come to the end of an epoch; {ADVICE}")
        return dict(zip(Epoch._fields, np.transpose(epochs), strict=True))

    @cached_property
    def generator(self) -> Generator:
        """The trained model, which draws further points: `run.generator.sample(1000, seed=1)`."""
        return load_generator(self.trained_in / TrainingFile.MODEL)

    @cached_property
    def samples(self) -> np.ndarray:
        """The generated points `(n, 5)`: integers x, y, r, g, b. They are read from the disk as they are used."""
        path = self.folder / ResultFile.SAMPLES
        with reading(path, "generated points", ADVICE):
            return np.load(path, mmap_mode="r")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        path = self.folder / ResultFile.METRICS
        with reading(path, "figures", ADVICE, missing="it is written at the end of a run"):
            return dict(json.loads(path.read_text(encoding="utf-8")))


class FreshRun(Run):
    """A run that has just ended, with what its folder does not hold: the `data` as they were read, and how it did."""

    def __init__(self, folder: Path, data: ColoredPoints, evaluation: Evaluation) -> None:
        super().__init__(folder)
        self.data, self.evaluation = data, evaluation

    @cached_property
    def shown(self) -> np.ndarray:
        """The points of the data that pictures show, `(k, 5)`: all of them, or enough."""
        return random_subset(self.data.points.numpy(), MOST_SHOWN)

    @cached_property
    def map(self) -> LatentMap:
        """The map of the latent space, whose `means` belong to `shown`."""
        return latent_map(self.generator, posterior_means(self.generator, self.shown))
