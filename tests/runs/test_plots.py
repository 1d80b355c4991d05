"""What each plot shows. What holds for all of them is tested beside this."""

from typing import Any

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from runs.history import a_history

from utils.runs.plot_latent import plot_latent
from utils.runs.plot_losses import draw_losses, plot_losses
from utils.runs.plot_points import SUSPICION, plot_points
from utils.settings.config import Config


def test_data_and_generated_points_are_drawn_where_they_are_in_their_colors(run: Any):
    run.evaluation.classifier = None

    figure = plot_points(run)

    assert "a verdict" in figure.get_suptitle()
    for axes, points, name in zip(figure.axes[:2], (run.shown, run.samples), ("data", "generated"), strict=True):
        (dots,) = axes.collections
        assert axes.get_title() == f"{name}: {len(points)} points"
        assert np.array_equal(dots.get_offsets(), points[:, [1, 0]])
        assert np.allclose(dots.get_facecolors()[:, :3], points[:, 2:] / 255)
        assert axes.get_facecolor()[:3] == pytest.approx((10 / 255, 20 / 255, 60 / 255))
        # Rows run downwards, as in the picture.
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_each_coordinate_has_the_shares_and_the_classifier_is_drawn_surest_last(run: Any):
    # The last coordinate is the same everywhere.
    run.shown[:, 4] = 128

    figure = plot_points(run)

    for i, axes in enumerate(figure.axes[-5:]):
        for stairs, points in zip(axes.patches, (run.shown, run.samples), strict=True):
            shares, edges, _ = stairs.get_data()
            assert np.allclose(shares, np.histogram(points[:, i], edges)[0] / len(points))
            assert sum(shares) == pytest.approx(1)
    (dots,) = figure.axes[2].collections
    assert {tuple(place) for place in dots.get_offsets()[-2:]} == {tuple(run.shown[i, [1, 0]]) for i in (0, -1)}
    assert np.allclose(dots.get_facecolors()[0], SUSPICION(0.5), atol=0.05)


def test_the_map_shows_each_mean_in_its_points_color_and_named_contours(run: Any):
    axes, decoded = plot_latent(run).axes

    (dots,) = [artist for artist in axes.collections if not isinstance(artist, QuadContourSet)]
    assert np.allclose(dots.get_offsets(), run.map.means)
    assert np.allclose(dots.get_facecolors()[:, :3], run.shown[:, 2:] / 255)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("latent 4", "latent 2")
    assert axes.yaxis_inverted(), "rows run down, as in the picture"
    assert {text.get_text() for text in axes.texts} == {"50%", "80%", "95%"}
    # Beside it, points where the decoder draws them, and lines from one position to the next.
    assert len(decoded.collections[0].get_offsets()) == 11 * 11 * 20
    assert len(decoded.lines) == len(axes.lines) == 2 * 11
    x, y = run.shown[:, :2].mean(0) + 0.5
    assert np.allclose(decoded.lines[0].get_xydata(), (y, x))


def test_a_single_latent_is_said_to_have_none_beside_it(run: Any):
    run.config = Config(model="vanilla", prior="normal", latent_dim=1)

    assert "always 0" in plot_latent(run).get_suptitle()


@pytest.mark.parametrize(("annealing", "falls"), [("cyclical", 0.45 * np.arange(1, 4)), ("constant", [])])
def test_losses_are_drawn_above_and_kl_and_beta_below_and_marked_where_beta_falls(
    run: Any, annealing: str, falls: list[float]
):
    run.history, run.config = a_history(3), Config(epochs=3, annealing=annealing)

    above, below, (beta_line,) = (axes.get_lines() for axes in plot_losses(run).axes)

    reconstruction, kl, of_parameters, *heldout = (list(run.history.values())[i] for i in range(5))
    losses = [reconstruction + kl + of_parameters, sum(heldout), reconstruction, heldout[0]]
    assert np.array_equal([line.get_ydata() for line in above[:4]], losses)
    assert np.array_equal([line.get_ydata() for line in below[:2]], [kl, heldout[1]])
    # Beta is drawn within epochs, in four cycles in the first 60% of the run.
    epoch, beta = beta_line.get_data()
    assert (epoch[0], beta[0], beta[-1]) == (0, annealing == "constant", 1)
    assert epoch[1:][np.diff(beta) < -0.5] == pytest.approx(falls, abs=0.01)
    assert [line.get_xdata()[0] for line in above[4:]] == pytest.approx(falls, abs=0.01)


def test_columns_that_share_a_scale_show_the_settled_losses_and_all_kls_of_each_other():
    low, high = histories = [a_history(100), a_history(20, start=10)]
    low["train_reconstruction"][0] += 1000
    axes = Figure().subplots(2, 2, sharey="row")

    # The column that is drawn last sets the scale.
    for (above, below), history in zip(axes.T, [high, low], strict=True):
        draw_losses(above, below, [history], Config(), histories)

    assert axes[0, 0].get_ylim()[0] < low["train_reconstruction"].min()
    assert 100 > axes[0, 0].get_ylim()[1] > (high["heldout_reconstruction"] + high["heldout_kl"])[4]
    assert axes[1, 0].get_ylim()[1] > high["heldout_kl"].max()
