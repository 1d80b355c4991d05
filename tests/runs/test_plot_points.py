from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from utils.runs.plot_points import SUSPICION, plot_points


def test_data_and_generated_points_are_drawn_where_they_are_in_their_colors(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    figure = plot_points(a_run(evaluation=SimpleNamespace(verdict="Yes: a verdict", classifier=None)))

    assert "Yes: a verdict" in figure.get_suptitle()
    for axes, points, name in zip(figure.axes[:2], (some_points, some_points[:40]), ("data", "generated"), strict=True):
        (dots,) = axes.collections
        assert axes.get_title() == f"{name}: {len(points)} points"
        assert np.array_equal(dots.get_offsets(), points[:, [1, 0]])
        assert np.allclose(dots.get_facecolors()[:, :3], points[:, 2:] / 255)
        assert axes.get_facecolor()[:3] == pytest.approx((10 / 255, 20 / 255, 60 / 255))
        # Rows run downwards, as in the picture.
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_each_coordinate_has_the_shares_and_the_classifier_is_drawn_surest_last(
    some_points: np.ndarray, a_run: Callable[..., Any]
):
    # The last coordinate is the same everywhere.
    some_points[:, 4] = 128

    figure = plot_points(a_run())

    for i, axes in enumerate(figure.axes[-5:]):
        for stairs, points in zip(axes.patches, (some_points, some_points[:40]), strict=True):
            shares, edges, _ = stairs.get_data()
            assert np.allclose(shares, np.histogram(points[:, i], edges)[0] / len(points))
            assert sum(shares) == pytest.approx(1)
    (dots,) = figure.axes[2].collections
    assert {tuple(place) for place in dots.get_offsets()[-2:]} == {tuple(some_points[i, [1, 0]]) for i in (0, -1)}
    assert np.allclose(dots.get_facecolors()[0], SUSPICION(0.5), atol=0.05)
