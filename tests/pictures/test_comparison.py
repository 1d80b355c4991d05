import numpy as np
import pytest

from data.points import Canvas
from utils.evaluation.result import ClassifierScores
from utils.pictures.comparison import draw_comparison


def test_data_and_generated_points_are_drawn_where_they_are_in_their_colors(some_points: np.ndarray, canvas: Canvas):
    figure = draw_comparison("a title", some_points, some_points[:40], canvas)

    assert figure.get_suptitle() == "a title"
    for axes, points, title in zip(
        figure.axes[:2], (some_points, some_points[:40]), ("data: 100 points", "generated: 40 points"), strict=True
    ):
        (dots,) = axes.collections
        assert axes.get_title() == title
        assert np.array_equal(dots.get_offsets(), points[:, [1, 0]])
        assert np.allclose(dots.get_facecolors()[:, :3], points[:, 2:] / 255)
        # Rows run downwards, as in the picture.
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_each_coordinate_has_the_shares_of_data_and_generated_points(some_points: np.ndarray, canvas: Canvas):
    figure = draw_comparison("", some_points, some_points[:40], canvas)

    panels = figure.axes[-5:]
    assert [axes.get_title() for axes in panels] == ["x", "y", "r", "g", "b"]
    for i, axes in enumerate(panels):
        for stairs, points in zip(axes.patches, (some_points, some_points[:40]), strict=True):
            shares, edges, _ = stairs.get_data()
            counts, _ = np.histogram(points[:, i], edges)
            assert np.allclose(shares, counts / len(points))
            assert sum(shares) == pytest.approx(1)


def test_a_third_panel_shows_which_points_look_generated_to_the_classifier(some_points: np.ndarray, canvas: Canvas):
    scores = np.linspace(-0.5, 0.5, 100)

    without = draw_comparison("", some_points, some_points, canvas)
    figure = draw_comparison("", some_points, some_points, canvas, ClassifierScores(some_points, scores))

    panel = next(axes for axes in figure.axes if axes.get_title() == "where a classifier sees a difference")
    (dots,) = panel.collections
    assert np.array_equal(dots.get_offsets(), some_points[:, [1, 0]])
    assert np.array_equal(dots.get_array(), scores)
    assert "looks\ngenerated" in [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    assert len(figure.axes) == len(without.axes) + 2


def test_coordinates_without_spread_can_be_rendered(some_points: np.ndarray, canvas: Canvas):
    some_points[:, 2:] = 128

    figure = draw_comparison("", some_points, some_points[:50], canvas)
    figure.canvas.draw()

    red = figure.axes[-3]
    assert [list(stairs.get_data()[0]) for stairs in red.patches] == [[1], [1]]
