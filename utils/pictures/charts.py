"""Charts as numbers that a page draws itself: sharp at any size, in its own font, on light and on dark."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from data.coordinates import AXIS_LABELS, NAMES
from utils.pictures.comparison import shares
from utils.pictures.curves import History, cycle_starts

# The area of a chart that lines are drawn in, in the units of its paths. The origin is at its upper left.
WIDTH, HEIGHT = 340, 200
# The parts of the data, as history.csv and as a reader calls them.
PARTS = {"train": "training", "heldout": "held out"}


class Line(NamedTuple):
    """A line of a chart: its name, the commands of its path in SVG, and whether the area below it is filled."""

    name: str
    path: str
    is_filled: bool = False


class Chart(NamedTuple):
    """A chart: its lines, a position and a text for each tick, positions of shaded bands, and what it says in words."""

    title: str
    xlabel: str
    ylabel: str
    lines: list[Line]
    xticks: list[tuple[float, str]]
    yticks: list[tuple[float, str]]
    bands: list[tuple[float, float]]
    description: str


def loss_charts(history: History) -> list[Chart]:
    """The columns of history.csv: total loss, reconstruction, KL, and beta over the epochs."""
    columns = {f"{part}_total": history[f"{part}_reconstruction"] + history[f"{part}_kl"] for part in PARTS}
    columns |= history
    titles = {"total": "total loss", "reconstruction": "reconstruction", "kl": "KL divergence"}
    charts = []
    for key, title in titles.items():
        curves = {name: columns[f"{part}_{key}"] for part, name in PARTS.items()}
        words = [f"{name}: {values[0]:.2f} at first, {values[-1]:.2f} at the end" for name, values in curves.items()]
        charts.append(
            _over_epochs(title, "nats per point", curves, history, f"{title}, {'; '.join(words)}", key == "kl")
        )
    beta = history["beta"]
    cycles = len(cycle_starts(history)) - 1
    title = "β, the weight of the KL"
    description = f"{title}: {beta.min():.2f} to {beta.max():.2f}, in {cycles} stretches"
    return [*charts, _over_epochs(title, "β", {"β": beta}, history, description, has_zero=True)]


def marginal_charts(data: np.ndarray, generated: np.ndarray) -> list[Chart]:
    """The distribution of each coordinate of `data (n, 5)` and `generated (m, 5)`."""
    charts = []
    for i, name in enumerate(NAMES):
        bins, heights = shares(data[:, i], generated[:, i])
        xs, ys = _Scale(bins[0], bins[-1], WIDTH), _Scale(0, float(np.max(heights)), HEIGHT, is_upward=True)
        names = ("data", "generated")
        lines = [
            Line(label, _stairs(xs.place(bins), ys.place(height)), label == "data")
            for label, height in zip(names, heights, strict=True)
        ]
        means = [
            f"{label}: mean {sample[:, i].mean():.0f}, standard deviation {sample[:, i].std():.0f}"
            for label, sample in zip(names, (data, generated), strict=True)
        ]
        charts.append(
            Chart(name, AXIS_LABELS[i], "share of the points", lines, xs.ticks(), [], [], f"{name}; {'; '.join(means)}")
        )
    return charts


class _Scale:
    """Numbers `low` to `high` along `length` units of a chart."""

    def __init__(self, low: float, high: float, length: float, is_upward: bool = False) -> None:
        self.low, self.high = low, high if high > low else low + 1
        self.length, self.is_upward = length, is_upward

    def place(self, values: np.ndarray) -> np.ndarray:
        share = (values - self.low) / (self.high - self.low)
        return self.length * (1 - share if self.is_upward else share)

    def ticks(self, is_integer: bool = False) -> list[tuple[float, str]]:
        values = MaxNLocator(5, integer=is_integer).tick_values(self.low, self.high)
        shown = [value for value in values if self.low - 1e-9 <= value <= self.high + 1e-9]
        return [(float(self.place(np.array(value))), f"{value:g}") for value in shown]


def _over_epochs(
    title: str, unit: str, curves: dict[str, np.ndarray], history: History, words: str, has_zero: bool
) -> Chart:
    """A chart of `curves (epochs,)` by their names; `has_zero` makes its scale begin at 0."""
    epoch = history["epoch"]
    values = np.concatenate(list(curves.values()))
    high = values.max()
    low = min(0.0, values.min()) if has_zero else values.min() - 0.05 * (high - values.min())
    xs = _Scale(min(1, epoch[-1] - 0.5), epoch[-1] + 0.5, WIDTH)
    ys = _Scale(low, high + 0.05 * (high - low), HEIGHT, is_upward=True)
    lines = [Line(name, _path(xs.place(epoch), ys.place(values))) for name, values in curves.items()]
    bands = [tuple(xs.place(np.clip(band, xs.low, xs.high))) for band in list(pairwise(cycle_starts(history)))[::2]]
    return Chart(title, "epoch", unit, lines, xs.ticks(is_integer=True), ys.ticks(), bands, words)


def _path(x: np.ndarray, y: np.ndarray) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _stairs(edges: np.ndarray, heights: np.ndarray) -> str:
    """The outline of a histogram with `edges (n + 1,)`, from the axis up and back to it."""
    return _path(np.repeat(edges, 2), np.r_[HEIGHT, np.repeat(heights, 2), HEIGHT])
