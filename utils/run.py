"""A run of one model: its folder, the names of its files, and all that is shown of it."""

import csv
import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from utils.evaluation.latent import LatentMap, latent_map
from utils.evaluation.likelihood import posterior_means
from utils.evaluation.result import Evaluation
from utils.program.errors import InputError
from utils.settings.config import Config

# The columns of history.csv, by their names.
History = dict[str, np.ndarray]
# Those without which no curves can be drawn.
NEEDED = ("epoch", "beta", "train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl", "seconds")
# Pictures show no more points: that would be slow to draw and look the same.
MOST_SHOWN = 20_000
# Settings that are those of today, however a model was trained: where files are, and what is drawn from the model.
OF_TODAY = ("data_path", "result_path", "n_generate", "seed", "retrain", "keep_runs", "device", "threads")


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


@dataclasses.dataclass
class Run:
    """A trained model, and what was drawn from it.

    config: the settings that are true of it, as `true_settings` gives them.
    generator: the model, just trained or loaded.
    data: all points of its data set.
    history: the columns of history.csv.
    samples: the generated points `(n, 5)`.
    evaluation: how good both are; to be set before the run is shown.
    """

    config: Config
    generator: Generator
    data: ColoredPoints
    history: History
    samples: np.ndarray
    evaluation: Evaluation = dataclasses.field(init=False)

    @property
    def name(self) -> str:
        """What the model is called in titles."""
        return f"{self.config.model} VAE"

    @property
    def folder(self) -> Path:
        """Where its results are."""
        return results_folder(self.config, self.generator)

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


def true_settings(today: Config, trained: Mapping[str, Any]) -> Config:
    """The settings that are true of a model that was trained with some, and is used `today` with others."""
    names = [field.name for field in dataclasses.fields(today) if field.name not in OF_TODAY and field.name in trained]
    return dataclasses.replace(today, **{name: trained[name] for name in names})


def results_folder(config: Config, generator: Generator) -> Path:
    """Where samples of `generator` belong that are drawn with `config`.

    Those of another seed or number than the training's have a folder of their own within that of the training, which
    keeps its own.
    """
    settings = {"seed": config.seed, "n_generate": config.n_generate}
    if config.retrain or all(generator.config[name] == value for name, value in settings.items()):
        return config.output
    return config.output / f"seed{config.seed}_n{config.n_generate}"


def read_history(folder: Path) -> History:
    """The columns of history.csv in `folder`. Raises InputError if it cannot be read."""
    path = folder / Trained.HISTORY
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns = dict.fromkeys((*(rows[0] if rows else ()), *NEEDED))
        return {name: np.array([float(row[name]) for row in rows]) for name in columns}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); train again, with retrain=true") from None
