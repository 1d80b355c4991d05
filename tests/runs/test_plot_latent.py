from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.contour import QuadContourSet

from utils.runs.plot_latent import plot_latent
from utils.settings.config import Config


def test_the_map_shows_each_mean_in_its_points_color_and_named_contours(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    run = a_run()

    axes, decoded = plot_latent(run).axes

    (contours,) = [artist for artist in axes.collections if isinstance(artist, QuadContourSet)]
    (dots,) = [artist for artist in axes.collections if artist is not contours]
    assert np.allclose(dots.get_offsets(), run.map.means)
    assert np.allclose(dots.get_facecolors()[:, :3], some_points[:, 2:] / 255)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("latent 4", "latent 2")
    assert axes.yaxis_inverted(), "rows run down, as in the picture"
    assert {text.get_text() for text in axes.texts} == {"50%", "80%", "95%"}
    # Beside it, points where the decoder draws them, and lines from one position to the next.
    (drawn,) = decoded.collections
    assert {tuple(place) for place in drawn.get_offsets()} <= {(y, x) for x, y in some_points[:, :2]}
    assert len(drawn.get_offsets()) == 11 * 11 * 20
    assert len(decoded.lines) == len(axes.lines) == 2 * 11
    x, y = some_points[:, :2].mean(0) + 0.5
    assert np.allclose(decoded.lines[0].get_xydata(), (y, x))


def test_a_single_latent_is_said_to_have_none_beside_it(a_run: Callable[..., Any]):
    config = Config(model="vanilla", prior="normal", latent_dim=1)

    assert "always 0" in plot_latent(a_run(config=config)).get_suptitle()
