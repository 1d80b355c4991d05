"""Runs of the program that are over in a moment, and what to compare of them."""

import contextlib
import csv
import dataclasses
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from models.generator import build_model
from utils.settings.config import Config
from utils.training.loop import Training

REPOSITORY = Path(__file__).parent.parent
QUICK = {"epochs": 2, "batch_size": 50, "hidden_dim": 8, "n_components": 4, "n_generate": 200}


class Finished(NamedTuple):
    """A run of both models that is over: the folders of its data and its results, which no test may change."""

    data: Path
    result: Path

    def copied(self, folder: Path) -> Path:
        """A copy of the results in `folder`, for tests that go on from them."""
        return shutil.copytree(self.result, folder)


def command_line(data: Path, result: Path, *more: str) -> list[str]:
    """The arguments of a quick run on `data` into `result`; `more` are flags, and settings that replace QUICK."""
    settings = QUICK | {"data_path": data, "result_path": result}
    settings |= dict(setting.split("=") for setting in more if "=" in setting)
    flags = ["--config", str(REPOSITORY / "config.yaml"), *(flag for flag in more if "=" not in flag)]
    return [*flags, *(f"{key}={value}" for key, value in settings.items())]


def skip_results(patch: pytest.MonkeyPatch) -> None:
    """From now on, until `patch` is undone, runs end when their points are there."""
    for step in ("judge", "report", "compare"):
        patch.setattr(f"utils.runs.steps.{step}", lambda *_: None)


def new_training(points: ColoredPoints, config: Config) -> Training:
    """The training of a new model on `points`, as main.py begins it."""
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), points.scaling).to(torch.get_default_dtype())
    return Training(model, *points.split(config.holdout, config.seed), config)


@dataclasses.dataclass
class AfterStep:
    """Signals of which there are some once `training` has taken a step."""

    training: Training
    step: int

    def __len__(self) -> int:
        return int(self.training.step >= self.step)


def outcome(out: Path) -> tuple[list[bytes], list[list[str]], bytes]:
    """What the same seed must give again: the weights' bytes, the history without its seconds, the points' bytes."""
    weights = torch.load(out / "model.pt", weights_only=True)["weights"].values()
    with open(out / "history.csv", newline="") as file:
        history = [row[:-1] for row in csv.reader(file)]
    return [weight.numpy().tobytes() for weight in weights], history, (out / "generated.npy").read_bytes()


@contextlib.contextmanager
def another_state() -> Iterator[None]:
    """PyTorch as somebody may have set it. What runs meanwhile must leave it so, and random numbers as they were."""

    def state() -> list[object]:
        settings = [torch.get_default_dtype(), torch.get_default_device(), torch.get_float32_matmul_precision()]
        settings += [torch.get_num_threads(), torch.is_autocast_enabled("cpu"), torch.is_grad_enabled()]
        return [*settings, torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()]

    torch.set_default_dtype(torch.float64)
    torch.set_float32_matmul_precision("medium")
    torch.set_num_threads(2)
    try:
        with torch.device("meta"), torch.autocast("cpu"), torch.inference_mode():
            before = state()
            yield
            assert state() == before
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")
        torch.set_num_threads(1)
