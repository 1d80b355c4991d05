from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from utils.pictures.style import save_figure, scatter


def test_dots_stand_at_their_places_in_their_colors_on_black():
    axes = Figure().subplots()

    scatter(axes, np.array([1, 2]), np.array([3, 4]), np.array([[255, 0, 0], [0, 51, 255]]))

    (dots,) = axes.collections
    assert np.asarray(dots.get_offsets()).tolist() == [[1, 3], [2, 4]]
    assert dots.get_facecolors()[:, :3].tolist() == [pytest.approx(color) for color in ([1, 0, 0], [0, 0.2, 1])]
    assert axes.get_facecolor()[:3] == (0, 0, 0)


def test_a_figure_is_saved_as_large_as_asked(tmp_path: Path):
    save_figure(Figure(figsize=(3, 2)), tmp_path / "figure.png", dpi=50)

    assert Image.open(tmp_path / "figure.png").size == (150, 100)
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]
