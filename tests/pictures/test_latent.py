from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.contour import QuadContourSet

from utils.evaluation.latent_map import LatentMap
from utils.pictures.latent import plot_latent


def a_map(points: np.ndarray, n_latents: int = 2, shares: tuple[float, ...] = (0.5, 0.8, 0.95)) -> LatentMap:
    """A map of latents 2 and 4 with a normal prior, or of latent 4 alone; the same points everywhere."""
    grid = np.linspace(-2, 2, 161)
    down = grid[::16] if n_latents == 2 else grid[[80]]
    density = np.exp(-(grid[:, None] ** 2) - grid**2)
    means = np.random.default_rng(0).normal(size=(100, 2))
    points = np.broadcast_to(points, (len(down), 11, *points.shape))
    levels, positions = np.array([0.5, 0.2, 0.05])[: len(shares)], [grid[::16], down]
    return LatentMap([3, 1][:n_latents], means, [grid] * 2, density, shares, levels, positions, points, np.zeros(()))


def test_the_map_shows_each_mean_in_its_points_color_and_named_contours(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    run = a_run(map=a_map(some_points))

    figure = plot_latent(run)

    axes, decoded = figure.axes
    (contours,) = [artist for artist in axes.collections if isinstance(artist, QuadContourSet)]
    (dots,) = [artist for artist in axes.collections if artist is not contours]
    assert np.allclose(dots.get_offsets(), run.map.means)
    assert np.allclose(dots.get_facecolors()[:, :3], some_points[:, 2:] / 255)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("latent 4", "latent 2")
    assert axes.yaxis_inverted(), "rows run down, as in the picture"
    assert list(contours.levels) == [0.05, 0.2, 0.5]
    assert {text.get_text() for text in axes.texts} == {"50%", "80%", "95%"}
    # Beside it, points where the decoder draws them, and lines from one position to the next.
    (drawn,) = decoded.collections
    assert {tuple(place) for place in drawn.get_offsets()} <= {(y, x) for x, y in some_points[:, :2]}
    assert len(drawn.get_offsets()) == 11 * 11 * 20
    assert len(decoded.lines) == len(axes.lines) == 2 * 11
    assert "Contours hold 50%, 80%, 95% of it" in figure.get_suptitle().replace("\n", " ")


def test_a_single_latent_has_a_map_and_a_single_contour_no_labels(some_points: np.ndarray, a_run: Callable[..., Any]):
    figure = plot_latent(a_run(map=a_map(some_points, 1, shares=(0.95,))))
    figure.canvas.draw()

    axes, decoded = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel(), list(axes.get_yticks())) == ("latent 4", "", [])
    assert list(axes.texts) == []
    assert len(decoded.collections[0].get_offsets()) == 11 * 20
