from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from data.points import Canvas
from utils.pictures.style import save_figure, scatter_points


def test_points_are_drawn_upright_in_their_colors_on_the_canvas(some_points: np.ndarray, canvas: Canvas):
    axes = Figure().subplots()

    scatter_points(axes, some_points, canvas)

    (dots,) = axes.collections
    assert np.array_equal(dots.get_offsets(), some_points[:, [1, 0]])
    assert np.allclose(dots.get_facecolors()[:, :3], some_points[:, 2:] / 255)
    assert axes.get_facecolor()[:3] == pytest.approx((10 / 255, 20 / 255, 60 / 255))
    # Rows run downwards, as in the picture.
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))


def test_a_figure_is_saved_as_large_as_asked(tmp_path: Path):
    save_figure(Figure(figsize=(3, 2)), tmp_path / "figure.png", dpi=50)

    assert Image.open(tmp_path / "figure.png").size == (150, 100)
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]
