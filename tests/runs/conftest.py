from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.pictures import Canvas


@pytest.fixture
def a_run(some_points: np.ndarray, canvas: Canvas) -> Callable[..., Any]:
    """Makes what plots need of a run: `shown` are `some_points`; what is given replaces or adds parts."""

    def make(n_latents: int = 2, **parts: Any) -> Any:
        # The classifier is the surer that a point was generated, the later it comes.
        classifier = some_points, np.linspace(-0.5, 0.5, len(some_points))
        run = {
            "name": "vanilla VAE",
            "shown": some_points,
            "samples": some_points[:40],
            "evaluation": SimpleNamespace(verdict="a verdict", classifier=classifier),
            "data": SimpleNamespace(canvas=canvas),
            "generator": SimpleNamespace(config={"prior": "mixture"}),
            "map": a_map(some_points, n_latents),
        }
        return SimpleNamespace(**run | parts)

    return make


def a_map(points: np.ndarray, n_latents: int) -> Any:
    """A map of latents 2 and 4 with a normal prior, or of latent 4 alone; the same points at all positions."""
    grid = np.linspace(-2, 2, 161)
    down = grid[::16] if n_latents == 2 else grid[[80]]
    return SimpleNamespace(
        latents=[3, 1][:n_latents],
        means=np.random.default_rng(0).normal(size=(100, 2)),
        grid=[grid] * 2,
        density=np.exp(-(grid[:, None] ** 2) - grid**2),
        contours=(0.5, 0.8, 0.95),
        levels=np.array([0.5, 0.2, 0.05]),
        positions=[grid[::16], down],
        points=np.broadcast_to(points, (len(down), 11, *points.shape)),
    )
