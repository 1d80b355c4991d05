"""What all plots share: their look, the scatter plot, and how they are saved, as a file and as a part of a page."""

import io
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.coordinates import COLORS, PLACES
from data.points import Canvas
from utils.program.files import write_whole

# Two colors that are told apart with any kind of color vision (Okabe & Ito 2008), and a gray for what is behind them.
BLUE, ORANGE, GRAY = "#0072b2", "#d55e00", "#999999"
# Texts and axes. No other part of a plot may have this color, which a page replaces by that of its own text.
INK = "#1a1a1b"
# Of a file, and of the pictures within a plot on a page.
DPI, DPI_ON_PAGE = 100, 150
# Plots are at most 9 inches wide, so that texts of this size stay readable where they are shrunk to 600 pixels.
STYLE: Any = {
    "font.size": 11,
    "axes.facecolor": "none",
    "axes.titlesize": "medium",
    "axes.labelsize": "medium",
    "legend.fontsize": "medium",
    "figure.titlesize": "large",
    "svg.fonttype": "none",
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}
WIDTH = 9
Parameters = ParamSpec("Parameters")


def styled(plot: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Make `plot` a function whose figure has the style of all."""

    @wraps(plot)
    def in_style(*arguments: Parameters.args, **options: Parameters.kwargs) -> Figure:
        with matplotlib.rc_context(STYLE):
            return plot(*arguments, **options)

    return in_style


def scatter(axes: Axes, across: np.ndarray, up: np.ndarray, colors: np.ndarray, area: float = 2.5) -> None:
    """Plot dots at `across (n,)` and `up (n,)` in their `colors (n, 3)`, 0 to 255."""
    # As pixels also where the rest are lines: thousands of circles would make a page large and slow.
    axes.scatter(across, up, s=area, c=colors / 255, linewidths=0, rasterized=True)


def scatter_points(axes: Axes, points: np.ndarray, canvas: Canvas) -> None:
    """Plot `points (n, 5)` in true color, upright as their picture, on a background of its color."""
    rows, columns = points[:, PLACES].T
    scatter(axes, columns, rows, points[:, COLORS])
    show_canvas(axes, canvas)


def show_canvas(axes: Axes, canvas: Canvas) -> None:
    """Give `axes` the size and the background of a picture."""
    axes.set(xlim=(0, canvas.width), ylim=(canvas.height, 0), aspect="equal", facecolor=canvas_color(canvas))


def canvas_color(canvas: Canvas) -> tuple[float, float, float]:
    """The background's color as matplotlib has it, 0 to 1."""
    red, green, blue = canvas.color
    return red / 255, green / 255, blue / 255


def save_figure(figure: Figure, path: Path, dpi: int = DPI) -> None:
    """Write `figure` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    with matplotlib.rc_context(STYLE):
        write_whole(path, lambda unfinished: figure.savefig(unfinished, dpi=dpi))


def as_svg(figure: Figure, name: str) -> str:
    """The `figure` as an <svg> element of a page, with texts that are texts, and colors of the page's.

    Each `name` may occur once in a page.
    """
    packed = io.StringIO()
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": name}):
        figure.savefig(packed, format="svg", dpi=DPI_ON_PAGE, facecolor="none", metadata={"Date": None})
    svg = packed.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    # What only a file needs; names that are the same in each plot; the size, which is that of the page's column.
    svg = re.sub(r' (?:xmlns(?::\w+)?="[^"]*"|id="[\w.]+_\d+"|version="[^"]*")', "", svg)
    svg = re.sub(r'^<svg([^>]*?) width="[^"]*"', r"<svg\1", svg)
    svg = re.sub(r'^<svg([^>]*?) height="[^"]*"', r"<svg\1", svg)
    for color, variable in ((INK, "currentColor"), (BLUE, "var(--blue)"), (ORANGE, "var(--orange)")):
        svg = svg.replace(color, variable)
    return svg
