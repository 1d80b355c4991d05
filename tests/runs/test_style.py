import re
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from utils.pictures.style import BLUE, as_svg, save_figure, scatter_points

from data.points import Canvas


def test_a_figure_is_saved_whole(tmp_path: Path):
    save_figure(Figure(figsize=(3, 2)), tmp_path / "figure.png")

    assert Image.open(tmp_path / "figure.png").size == (300, 200)
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]


def test_on_a_page_texts_are_texts_in_the_pages_color_and_points_are_a_picture(some_points: np.ndarray, canvas: Canvas):
    figure = Figure()
    axes, curve = figure.subplots(2)
    scatter_points(axes, some_points, canvas)
    axes.set_title("a title & more")
    curve.plot([1, 2], color=BLUE)

    svg = as_svg(figure, "a name")

    assert re.match(r'<svg viewBox="0 0 460\.8 345\.6">', svg)
    assert svg.rstrip().endswith("</svg>")
    assert ">a title &amp; more</text>" in svg
    assert svg.count("<image") == 1
    assert "stroke: var(--blue)" in svg
    assert "stroke: currentColor" in svg
    assert "#0a143c" in svg, "the background of the picture is not that of the page"
    assert "#ffffff" not in svg
    assert re.findall("https?://", svg) == []
    assert as_svg(figure, "a name") == svg
