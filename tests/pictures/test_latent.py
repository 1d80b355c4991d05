from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from utils.evaluation.latent import LatentMap
from utils.pictures.latent import plot_latent


def a_map(points: np.ndarray, n_latents: int) -> LatentMap:
    """A map of latents 2 and 4 with a normal prior, or of latent 4 alone; the same points everywhere."""
    grid = np.linspace(-2, 2, 161)
    up = grid[::16] if n_latents == 2 else grid[[80]]
    density = np.exp(-(grid[:, None] ** 2) - grid**2)
    means = np.random.default_rng(0).normal(size=(100, 2))
    points = np.broadcast_to(points, (len(up), 11, *points.shape))
    levels = np.array([0.5, 0.2, 0.05])
    return LatentMap([1, 3][-n_latents:], means, [grid] * 2, density, levels, [grid[::16], up], points, np.zeros(()))


def test_the_map_shows_each_mean_in_its_points_color_and_named_contours(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    run = a_run(map=a_map(some_points, 2))

    figure = plot_latent(run)

    axes, positions = figure.axes
    (contours,) = [artist for artist in axes.collections if isinstance(artist, QuadContourSet)]
    (dots,) = [artist for artist in axes.collections if artist is not contours]
    assert np.allclose(dots.get_offsets(), run.map.means)
    assert np.allclose(dots.get_facecolors()[:, :3], some_points[:, 2:] / 255)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("latent 2", "latent 4")
    assert list(contours.levels) == [0.05, 0.2, 0.5]
    assert {text.get_text() for text in axes.texts} == {"50%", "80%", "95%"}
    ticks = ["-1.6", "-0.8", "0.0", "0.8", "1.6"]
    assert [text.get_text() for text in positions.get_xticklabels()] == ticks
    assert [text.get_text() for text in positions.get_yticklabels()] == ticks
    # A tile for each tick, of the picture's shape.
    assert positions.images[0].get_array().shape == (5 * 30, 5 * 50, 3)
    assert "contours hold 50%, 80%, 95% of the prior" in figure.get_suptitle()


def test_a_single_latent_has_a_map(some_points: np.ndarray, a_run: Callable[..., Any]):
    figure = plot_latent(a_run(map=a_map(some_points, 1)))
    figure.canvas.draw()

    for axes in figure.axes:
        assert (axes.get_xlabel(), axes.get_ylabel(), list(axes.get_yticks())) == ("latent 4", "", [])
    assert figure.axes[1].images[0].get_array().shape == (30, 5 * 50, 3)


@pytest.mark.parametrize("prior", ["picture", "mixture"])
def test_the_title_says_what_to_see_of_a_prior(some_points: np.ndarray, a_run: Callable[..., Any], prior: str):
    run = a_run(map=a_map(some_points, 2))
    run.generator.config["prior"] = prior

    assert ("the prior is a picture" in plot_latent(run).get_suptitle()) == (prior == "picture")
