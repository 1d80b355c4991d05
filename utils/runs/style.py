"""The look of all plots, and how they are drawn: into a file, and into a page."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data import COLORS, PLACES
from data.pictures import Canvas
from utils.system.files import write_whole

# Two colors that are told apart with any kind of color vision (Okabe & Ito 2008), and a gray for what is behind them.
BLUE, ORANGE, GRAY = "#0072b2", "#d55e00", "#999999"
# Texts and axes. No other part of a plot may have this color, which a page replaces by that of its own text.
INK = "#1a1a1b"
# In inches. Plots are this wide so that their texts stay readable where they are shrunk to 600 pixels.
WIDTH = 9
# A plot has these, and what else is matplotlib's default, whatever style and settings the person chose.
STYLE = {
    "font.size": 11,
    "axes.facecolor": "none",
    "axes.titlesize": "medium",
    "figure.titlesize": "medium",
    "svg.fonttype": "none",
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}


def scatter(axes: Axes, places: np.ndarray, colors: np.ndarray, sizes: Any = 2.5) -> None:
    """Plot dots at `places (n, 2)`, across and up, in their `colors (n, 3)`, 0 to 255."""
    # Rasterized also where the rest are lines: thousands of circles would make a page large and slow.
    axes.scatter(places[:, 0], places[:, 1], s=sizes, c=colors / 255, linewidths=0, rasterized=True)


def scatter_points(axes: Axes, points: np.ndarray, canvas: Canvas, sizes: Any = 2.5) -> None:
    """Plot `points (n, 5)` in true color, upright as their picture, on a background of its color."""
    scatter(axes, points[:, PLACES][:, ::-1], points[:, COLORS], sizes)
    axes.set(xlim=(0, canvas.width), ylim=(canvas.height, 0), aspect="equal", facecolor=np.divide(canvas.color, 255))


def save_plot(path: Path, plot: Callable[..., Figure], *arguments: Any) -> None:
    """Write `plot(*arguments)` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    with matplotlib.style.context(["default", STYLE]):
        write_whole(path, plot(*arguments).savefig)


def as_svg(name: str, plot: Callable[..., Figure], *arguments: Any) -> str:
    """`plot(*arguments)` as an <svg> element of a page, with texts that are texts, and colors of the page's.

    It has no title. The names of its parts depend on its `name`, so that no two plots of a page share them.
    """
    packed = io.StringIO()
    with matplotlib.style.context(["default", STYLE | {"svg.hashsalt": name}]):
        figure = plot(*arguments)
        figure.suptitle("")
        figure.savefig(packed, format="svg", dpi=150, facecolor="none")
    # Left out: what only a file needs, and names of parts that each plot has. The page gives the size.
    svg = re.sub(r'\A.*?(?=<svg)|<metadata>.*?</metadata>| id="[\w.]+_\d+"', "", packed.getvalue(), flags=re.DOTALL)
    for color, variable in ((INK, "currentColor"), (BLUE, "var(--blue)"), (ORANGE, "var(--orange)")):
        svg = svg.replace(color, variable)
    return svg
