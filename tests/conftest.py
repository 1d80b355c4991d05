import dataclasses
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from quick import QUICK, Finished, command_line, new_training, skip_results

from data.drawing import draw, glyph_mask, write
from data.pictures import Canvas
from data.points import ColoredPoints, read_points
from data.scaling import Scaling
from main import main
from models import MODELS
from models.generator import build_model
from models.vae import VAE
from utils.settings.config import Config
from utils.training.checkpoint import Record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data set: 300 points of a π in a picture of 60 x 60 pixels."""
    write(tmp_path / "data", *draw(glyph_mask(size=60), n=300))
    return tmp_path / "data"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A quick run of both models, with all pictures, on the data of `folder`."""
    path = tmp_path_factory.mktemp("finished")
    write(path / "data", *draw(glyph_mask(size=60), n=300))
    main(command_line(path / "data", path / "result", "model=all"))
    return Finished(path / "data", path / "result")


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """For runs whose plots are not looked at: to render them takes most of the time."""

    def save_nothing(figure: Figure, target: Any, **_: Any) -> None:
        nothing = '<svg viewBox="0 0 1 1"></svg>'
        target.write(nothing) if hasattr(target, "write") else Path(target).write_text(nothing)

    monkeypatch.setattr(Figure, "savefig", save_nothing)


@pytest.fixture
def only_points(without_figures: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For runs of which only the weights, the history, the film and the points are looked at: no more is made."""
    skip_results(monkeypatch)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def torch_rng() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@pytest.fixture
def points(folder: Path) -> ColoredPoints:
    return read_points(folder)


@pytest.fixture
def canvas() -> Canvas:
    """An empty picture of 30 x 50 pixels, dark blue."""
    return Canvas(30, 50, (10, 20, 60))


@pytest.fixture
def some_points(rng: np.random.Generator) -> np.ndarray:
    """100 bright points `(100, 5)` in a picture of 30 x 50 pixels."""
    return np.column_stack([rng.integers(0, 30, 100), rng.integers(0, 50, 100), rng.integers(100, 256, (100, 3))])


@pytest.fixture(params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> VAE:
    """A small model, of each kind in turn."""
    torch.manual_seed(0)
    config = {"model": request.param, "prior": "picture", "hidden_dim": 32, "latent_dim": 2, "n_components": 4}
    return build_model(config, Scaling((60, 60), ycbcr=True)).eval()


@pytest.fixture
def quick() -> Config:
    """Settings of a run that is over in a moment."""
    return Config(**QUICK)


@pytest.fixture
def config(quick: Config, tmp_path: Path) -> Config:
    """Settings of a quick run of the vanilla model, whose folder is there."""
    config = dataclasses.replace(quick, model="vanilla", result_path=str(tmp_path / "result"))
    config.output.mkdir(parents=True)
    return config


@pytest.fixture
def record(config: Config, points: ColoredPoints) -> Record:
    """The record of a training that is to begin."""
    return Record(config, new_training(points, config), points)


def pytest_configure() -> None:
    # Whoever starts the tests may have signals ignored, as nohup and scripts do in what they start in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Training of models this small is quickest on one thread, and its bytes do not depend on the machine's cores.
    torch.set_num_threads(1)
