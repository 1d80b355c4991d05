"""What all pictures share: colors, the scatter plot, and how they are saved."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.coordinates import COLORS, PLACES
from data.points import Canvas
from utils.program.files import write_whole

# Two colors that are told apart with any kind of color vision (Okabe & Ito 2008), and a gray for what is behind them.
BLUE, ORANGE, GRAY = "#0072B2", "#D55E00", "#999999"


def scatter(axes: Axes, across: np.ndarray, up: np.ndarray, colors: np.ndarray, area: float = 3) -> None:
    """Draw dots at `across (n,)` and `up (n,)` in their `colors (n, 3)`, 0 to 255."""
    axes.scatter(across, up, s=area, c=colors / 255, linewidths=0)


def scatter_points(axes: Axes, points: np.ndarray, canvas: Canvas, area: float = 3) -> None:
    """Draw `points (n, 5)` in true color, upright as their picture, on a background of its color."""
    rows, columns = points[:, PLACES].T
    scatter(axes, columns, rows, points[:, COLORS], area)
    show_canvas(axes, canvas)


def show_canvas(axes: Axes, canvas: Canvas) -> None:
    """Give `axes` the size and the background of a picture."""
    axes.set(xlim=(0, canvas.width), ylim=(canvas.height, 0), aspect="equal", facecolor=canvas_color(canvas))


def canvas_color(canvas: Canvas) -> tuple[float, float, float]:
    """The background's color as matplotlib has it, 0 to 1."""
    red, green, blue = canvas.color
    return red / 255, green / 255, blue / 255


def save_figure(figure: Figure, path: Path, dpi: int) -> None:
    """Write `figure` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    write_whole(path, lambda unfinished: figure.savefig(unfinished, dpi=dpi))
