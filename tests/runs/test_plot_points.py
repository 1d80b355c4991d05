from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import rgb_to_hsv
from utils.pictures.comparison import SUSPICION, plot_comparison

from data.points import Canvas


def judged(points: np.ndarray) -> Any:
    """An evaluation whose classifier is the surer that a point was generated, the later it comes."""
    classifier = points, np.linspace(-0.5, 0.5, len(points))
    return SimpleNamespace(verdict="a verdict", classifier=classifier)


def test_data_and_generated_points_are_drawn_where_they_are_in_their_colors(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    figure = plot_comparison(a_run())

    assert figure.get_suptitle() == "vanilla VAE: a verdict"
    titles = ("data: 100 points", "generated: 40 points")
    for axes, points, title in zip(figure.axes[:2], (some_points, some_points[:40]), titles, strict=True):
        (dots,) = axes.collections
        assert axes.get_title() == title
        assert np.array_equal(dots.get_offsets(), points[:, [1, 0]])
        assert np.allclose(dots.get_facecolors()[:, :3], points[:, 2:] / 255)
        assert axes.get_facecolor()[:3] == pytest.approx((10 / 255, 20 / 255, 60 / 255))
        # Rows run downwards, as in the picture.
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_of_many_findings_the_title_names_the_first(a_run: Callable[..., Any]):
    verdict = "; ".join(f"test {i} found a difference" for i in range(20))

    title = plot_comparison(a_run(evaluation=SimpleNamespace(verdict=verdict, classifier=None))).get_suptitle()

    assert title.startswith("vanilla VAE: test 0 found a difference; test 1")
    assert title.endswith(" ...")
    assert title.count("\n") <= 2


def test_each_coordinate_has_the_shares_of_data_and_generated_points(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    # The last coordinate is the same everywhere.
    some_points[:, 4] = 128

    figure = plot_comparison(a_run())
    figure.canvas.draw()

    for i, axes in enumerate(figure.axes[-5:]):
        assert axes.get_xlabel()[0] == "xyrgb"[i]
        for stairs, points in zip(axes.patches, (some_points, some_points[:40]), strict=True):
            shares, edges, _ = stairs.get_data()
            counts, _ = np.histogram(points[:, i], edges)
            assert np.allclose(shares, counts / len(points))
            assert sum(shares) == pytest.approx(1)


def test_points_that_look_generated_to_the_classifier_are_drawn_last(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    figure = plot_comparison(a_run(evaluation=judged(some_points)))

    (dots,) = figure.axes[2].collections
    assert figure.axes[2].get_title() == "what a classifier sees"
    assert figure.axes[2].get_xlabel().startswith("orange: looks generated")
    assert {tuple(place) for place in dots.get_offsets()[-2:]} == {tuple(some_points[i, [1, 0]]) for i in (0, -1)}
    assert np.allclose(dots.get_facecolors()[0], SUSPICION(0.5), atol=0.05)


def test_where_the_classifier_is_sure_is_bright_and_where_it_cannot_tell_is_dim():
    brightness = rgb_to_hsv(SUSPICION(np.linspace(0, 1, 9))[:, :3])[:, 2]

    assert (np.diff(brightness[:5]) < 0).all()
    assert (np.diff(brightness[4:]) > 0).all()
    assert 0.2 < brightness[4] < 0.4 < 0.95 < brightness[[0, -1]].min()


@pytest.mark.parametrize(("height", "width"), [(20, 160), (160, 20), (30, 50)])
def test_the_layout_follows_the_pictures_shape(a_run: Callable[..., Any], height: int, width: int):
    run = a_run(data=SimpleNamespace(canvas=Canvas(height, width, (0, 0, 0))))
    run.shown = run.samples = run.shown % [min(height, 30), min(width, 50), 256, 256, 256]

    figure = plot_comparison(run)
    figure.canvas.draw()

    one, other = (axes.get_window_extent() for axes in figure.axes[:2])
    assert (one.y0 > other.y1) == (width > 2 * height)
    # Not a sliver, on a picture of 900 pixels.
    assert max(one.width, one.height) > 250
