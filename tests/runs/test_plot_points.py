from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import rgb_to_hsv

from utils.runs.plot_points import SUSPICION, plot_points


def test_data_and_generated_points_are_drawn_where_they_are_in_their_colors(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    verdict = "; ".join(f"test {i} found a difference" for i in range(20))

    figure = plot_points(a_run(evaluation=SimpleNamespace(verdict=verdict, classifier=None)))

    # Of many findings, the first.
    assert figure.get_suptitle().startswith("vanilla VAE: test 0 found a difference; test 1")
    assert figure.get_suptitle().count("\n") <= 2
    titles = ("data: 100 points", "generated: 40 points")
    for axes, points, title in zip(figure.axes[:2], (some_points, some_points[:40]), titles, strict=True):
        (dots,) = axes.collections
        assert axes.get_title() == title
        assert np.array_equal(dots.get_offsets(), points[:, [1, 0]])
        assert np.allclose(dots.get_facecolors()[:, :3], points[:, 2:] / 255)
        assert axes.get_facecolor()[:3] == pytest.approx((10 / 255, 20 / 255, 60 / 255))
        # Rows run downwards, as in the picture.
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_each_coordinate_has_the_shares_of_data_and_generated_points(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    # The last coordinate is the same everywhere.
    some_points[:, 4] = 128

    figure = plot_points(a_run())

    for i, axes in enumerate(figure.axes[-5:]):
        assert axes.get_xlabel()[0] == "xyrgb"[i]
        for stairs, points in zip(axes.patches, (some_points, some_points[:40]), strict=True):
            shares, edges, _ = stairs.get_data()
            counts, _ = np.histogram(points[:, i], edges)
            assert np.allclose(shares, counts / len(points))
            assert sum(shares) == pytest.approx(1)


def test_where_the_classifier_is_sure_is_drawn_last_and_bright(some_points: np.ndarray, a_run: Callable[..., Any]):
    (dots,) = plot_points(a_run()).axes[2].collections

    assert {tuple(place) for place in dots.get_offsets()[-2:]} == {tuple(some_points[i, [1, 0]]) for i in (0, -1)}
    assert np.allclose(dots.get_facecolors()[0], SUSPICION(0.5), atol=0.05)
    brightness = rgb_to_hsv(SUSPICION(np.linspace(0, 1, 9))[:, :3])[:, 2]
    assert (np.diff(brightness[:5]) < 0).all()
    assert (np.diff(brightness[4:]) > 0).all()
