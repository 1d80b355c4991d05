from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from runs.history import a_history

from data.pictures import Canvas
from utils.settings.config import Config


@pytest.fixture
def run(some_points: np.ndarray, canvas: Canvas) -> Any:
    """What plots need of a run, of which `shown` are `some_points`.

    The map is of latents 2 and 4, with a normal prior, and the same points at all positions.
    """
    grid = np.linspace(-2, 2, 161)
    latent_map = {
        "latents": [3, 1],
        "means": np.random.default_rng(0).normal(size=(100, 2)),
        "grid": [grid] * 2,
        "density": np.exp(-(grid[:, None] ** 2) - grid**2),
        "contours": (0.5, 0.8, 0.95),
        "levels": np.array([0.5, 0.2, 0.05]),
        "positions": [grid[::16]] * 2,
        "points": np.broadcast_to(some_points, (11, 11, *some_points.shape)),
    }
    # The classifier is the surer that a point was generated, the later it comes.
    classifier = some_points, np.linspace(-0.5, 0.5, len(some_points))
    return SimpleNamespace(
        config=Config(model="vanilla", epochs=8),
        history=a_history(8),
        shown=some_points,
        samples=some_points[:40],
        evaluation=SimpleNamespace(verdict="a verdict", classifier=classifier),
        data=SimpleNamespace(canvas=canvas),
        map=SimpleNamespace(**latent_map),
    )
