from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.points import Canvas


@pytest.fixture
def canvas() -> Canvas:
    """An empty picture of 30 x 50 pixels, dark blue."""
    return Canvas(30, 50, (10, 20, 60))


@pytest.fixture
def some_points(rng: np.random.Generator) -> np.ndarray:
    """100 bright points `(100, 5)` in a picture of 30 x 50 pixels."""
    return np.column_stack([rng.integers(0, 30, 100), rng.integers(0, 50, 100), rng.integers(100, 256, (100, 3))])


@pytest.fixture
def a_run(some_points: np.ndarray, canvas: Canvas) -> Callable[..., Any]:
    """Makes what plots need of a run: `shown` are `some_points`; what is given replaces or adds parts."""

    def make(**parts: Any) -> Any:
        evaluation = SimpleNamespace(verdict="a verdict", classifier=None)
        run = {"name": "vanilla VAE", "shown": some_points, "samples": some_points[:40], "evaluation": evaluation}
        generator = SimpleNamespace(config={"prior": "mixture"})
        return SimpleNamespace(**run | {"data": SimpleNamespace(canvas=canvas), "generator": generator} | parts)

    return make
