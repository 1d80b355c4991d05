from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.contour import QuadContourSet

from utils.runs.plot_latent import plot_latent


def test_the_map_shows_each_mean_in_its_points_color_and_named_contours(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    run = a_run()

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
    assert "identity" not in decoded.get_title()


def test_a_single_latent_has_a_map_and_a_single_contour_no_labels(some_points: np.ndarray, a_run: Callable[..., Any]):
    figure = plot_latent(a_run(n_latents=1, shares=(0.95,)))

    axes, decoded = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel(), list(axes.get_yticks())) == ("latent 4", "", [])
    assert list(axes.texts) == []
    assert len(decoded.collections[0].get_offsets()) == 11 * 20


def test_a_lattice_says_that_the_decoder_is_the_identity(some_points: np.ndarray, a_run: Callable[..., Any]):
    run = a_run()
    lattice = run.map.points.copy()
    lattice[..., :2] = np.stack(np.meshgrid(np.arange(11) * 2, np.arange(11) * 4, indexing="ij"), -1)[:, :, None]

    figure = plot_latent(a_run(map=run.map._replace(points=lattice)))

    assert "identity" in figure.axes[1].get_title()
