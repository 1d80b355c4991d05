from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.points import Canvas


@pytest.fixture
def a_run(some_points: np.ndarray, canvas: Canvas) -> Callable[..., Any]:
    """Makes what plots need of a run: `shown` are `some_points`; what is given replaces or adds parts."""

    def make(**parts: Any) -> Any:
        evaluation = SimpleNamespace(verdict="a verdict", classifier=None)
        run = {"name": "vanilla VAE", "shown": some_points, "samples": some_points[:40], "evaluation": evaluation}
        generator = SimpleNamespace(config={"prior": "mixture"})
        return SimpleNamespace(**run | {"data": SimpleNamespace(canvas=canvas), "generator": generator} | parts)

    return make
