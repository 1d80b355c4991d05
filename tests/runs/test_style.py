"""All plots: a contract for each row of PLOTS and for the curves, which a new row passes without a new test."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
import pytest
from matplotlib.figure import Figure

from data.pictures import Canvas
from utils.runs.page import PLOTS
from utils.runs.plot_losses import plot_losses
from utils.runs.style import BLUE, as_svg, save_plot, scatter_points

every_plot = pytest.mark.parametrize("plot", [*PLOTS.values(), plot_losses])


@every_plot
@pytest.mark.parametrize(("height", "width"), [(20, 160), (160, 20), (30, 50)])
def test_a_plot_is_legible_whatever_the_pictures_shape(
    plot: Callable[[Any], Figure], run: Any, height: int, width: int
):
    run.data.canvas = Canvas(height, width, (0, 0, 0))
    run.shown = run.samples = run.shown % [min(height, 30), min(width, 50), 256, 256, 256]

    figure = plot(run)
    figure.canvas.draw()

    for axes in figure.axes:
        extent = axes.get_window_extent()
        assert max(extent.width, extent.height) > 100
        assert 0 <= extent.x0 < extent.x1 <= figure.bbox.width
        assert 0 <= extent.y0 < extent.y1 <= figure.bbox.height


@every_plot
def test_a_plot_is_the_same_whatever_matplotlib_was_told_and_leaves_that(
    plot: Callable[[Any], Figure], run: Any, tmp_path: Path
):
    def drawn() -> tuple[bytes, str]:
        save_plot(tmp_path / "plot.png", plot, run)
        return (tmp_path / "plot.png").read_bytes(), as_svg("a name", plot, run)

    ours = drawn()
    theirs = {"text.usetex": True, "savefig.dpi": 37, "savefig.bbox": "tight", "axes.grid": True, "font.size": 30}
    with matplotlib.style.context(["ggplot", theirs]):
        before = {**matplotlib.rcParams}
        assert drawn() == ours
        assert {**matplotlib.rcParams} == before


def test_on_a_page_texts_are_texts_in_the_pages_color_and_points_are_a_picture(some_points: np.ndarray, canvas: Canvas):
    def plot() -> Figure:
        figure = Figure()
        axes, curve = figure.subplots(2)
        scatter_points(axes, some_points, canvas)
        axes.set_title("a title & more")
        curve.plot([1, 2], color=BLUE)
        return figure

    svg = as_svg("a name", plot)

    assert re.fullmatch(r"<svg .*</svg>\s*", svg, re.DOTALL)
    assert svg.count("<image") == 1
    # The last is the background of the picture, which is not that of the page.
    for part in (">a title &amp; more</text>", "stroke: var(--blue)", "stroke: currentColor", "#0a143c"):
        assert part in svg
    assert "#ffffff" not in svg
