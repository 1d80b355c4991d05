import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.glyph import draw, glyph_mask
from data.writing import write
from data.points import ColoredPoints, read_points
from models.registry import MODELS
from models.vae import VAE
from utils.settings.config import Config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data set: 300 points of a π in a picture of 60 x 60 pixels."""
    write(tmp_path / "data", *draw(glyph_mask(size=60), n=300))
    return tmp_path / "data"


def world(size: int, n: int, seed: int = 0) -> np.ndarray:
    """`n` points `(n, 5)` of a π in a picture of `size` x `size` pixels; each seed is another draw."""
    rows, columns, jpeg = draw(glyph_mask(size=size), n, seed)
    picture = np.asarray(Image.open(io.BytesIO(jpeg)))
    return np.column_stack([rows, columns, picture[rows, columns]]).astype(np.int64)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def points(folder: Path) -> ColoredPoints:
    return read_points(folder)


@pytest.fixture(params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> VAE:
    """A small model, of each kind in turn."""
    torch.manual_seed(0)
    return MODELS[request.param](hidden_dim=32, latent_dim=3, n_components=8)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@pytest.fixture
def quick() -> Config:
    """Settings of a run that is over in a moment."""
    return Config(epochs=2, batch_size=50, hidden_dim=32, n_components=8, n_generate=200)


def pytest_configure() -> None:
    # Training of models this small is quickest on one thread, and its bytes do not depend on the machine's cores.
    torch.set_num_threads(1)
