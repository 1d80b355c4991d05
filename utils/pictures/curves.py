"""Training curves."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from utils.pictures.style import BLUE, GRAY, INK, ORANGE, styled
from utils.run import History

# The first epochs, whose losses would flatten all that follows, do not set the scale.
UNSETTLED = 0.1


@styled
def plot_losses(title: str, history: History) -> Figure:
    """The columns of history.csv: above, reconstruction and its sum with the KL; below, the KL beside beta."""
    figure = Figure(figsize=(6.5, 6.5), layout="constrained")
    figure.suptitle(title)
    above, below = figure.subplots(2, 1, sharex=True)
    add_legend(figure, draw_losses(above, below, history, [history]))
    return figure


def add_legend(figure: Figure | SubFigure, artists: dict[str, Artist], columns: int = 2) -> None:
    """Name the `artists` above all plots of `figure`, where they cover none."""
    # Training above held-out.
    names = sorted(artists, key=lambda name: "total reconstruction KL β every".index(name.split()[0].strip(",")))
    place: Any = {"loc": "outside upper center", "ncols": columns, "frameon": False, "fontsize": "small"}
    figure.legend([artists[name] for name in names], names, **place)


def draw_losses(above: Axes, below: Axes, history: History, others: Sequence[History]) -> dict[str, Artist]:
    """Draw reconstruction and total loss on `above`, KL and beta on `below`; every second cycle of beta is shaded.

    others: all that share the scale of these axes.

    Returns what was drawn, by names for a legend.
    """
    epoch, beta = history["epoch"], history["beta"]
    beta_axes = below.twinx()
    beta_axes.plot(epoch, beta, ":", color=INK, linewidth=1.2, label="β, the weight of the KL")
    for part, name, style in (("train", "training", "-"), ("heldout", "held-out", "--")):
        above.plot(epoch, _total(history, part), style, color=BLUE, label=f"total loss, {name}")
        above.plot(epoch, history[f"{part}_reconstruction"], style, color=ORANGE, label=f"reconstruction, {name}")
        below.plot(epoch, history[f"{part}_kl"], style, color=BLUE, label=f"KL, {name}")
    highest = max(other[f"{part}_kl"].max() for other in others for part in ("train", "heldout"))
    above.set(ylabel="nats per point", ylim=_range(others))
    below.set(xlabel="epoch", ylabel="KL, nats per point", ylim=(0, 1.05 * max(1e-9, highest)))
    beta_axes.set(ylabel="β", ylim=(0, 1.05 * max(1e-9, *(other["beta"].max() for other in others))))
    cycles = list(pairwise(cycle_starts(history)))
    for axes in (above, below):
        # With a single rise of beta, a band over all of it would say nothing.
        for left, right in cycles[::2] if len(cycles) > 1 else ():
            axes.axvspan(left, right, color=GRAY, alpha=0.2, linewidth=0)
        axes.grid(alpha=0.3, color=GRAY)
        axes.set_xlim(min(1, epoch[-1] - 0.5), epoch[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if below.patches:
        below.patches[0].set_label("every second cycle of β")
    found = [axes.get_legend_handles_labels() for axes in (above, below, beta_axes)]
    return {name: artist for artists, names in found for artist, name in zip(artists, names, strict=True)}


def cycle_starts(history: History) -> list[float]:
    """Where cycles of beta begin, in epochs, and where the last one ends: a new cycle begins where beta falls."""
    epoch = history["epoch"]
    return [0.5, *(epoch[1:][np.diff(history["beta"]) < 0] - 0.5), epoch[-1] + 0.5]


def _total(history: History, part: str) -> np.ndarray:
    return history[f"{part}_reconstruction"] + history[f"{part}_kl"]


def _range(histories: Sequence[History]) -> tuple[float, float]:
    """The lowest and the highest loss on the axes: those of all `histories` once they have settled."""
    low, high = np.inf, -np.inf
    for history in histories:
        settled = slice(int(np.ceil(UNSETTLED * (len(history["epoch"]) - 1))), None)
        for part in ("train", "heldout"):
            low = min(low, history[f"{part}_reconstruction"][settled].min())
            high = max(high, _total(history, part)[settled].max())
    margin = max(0.05 * (high - low), 0.01)
    return low - margin, high + margin
