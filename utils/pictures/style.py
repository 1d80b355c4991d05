"""What all pictures share: colors, the scatter plot, and how they are saved."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.program.files import write_whole

# Two colors that are told apart with any kind of color vision (Okabe & Ito 2008), and a gray for what is behind them.
BLUE, ORANGE, GRAY = "#0072B2", "#D55E00", "#999999"


def scatter(axes: Axes, across: np.ndarray, up: np.ndarray, colors: np.ndarray, area: float = 3) -> None:
    """Draw dots at `across (n,)` and `up (n,)` in their `colors (n, 3)`, 0 to 255, on black."""
    axes.scatter(across, up, s=area, c=colors / 255, linewidths=0)
    axes.set_facecolor("black")


def save_figure(figure: Figure, path: Path, dpi: int) -> None:
    """Write `figure` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    write_whole(path, lambda unfinished: figure.savefig(unfinished, dpi=dpi))
