"""Training curves."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from utils.pictures.style import BLUE, GRAY, INK, ORANGE
from utils.runs.run import History

# Above all plots, where it covers none.
LEGEND: Any = {"loc": "outside upper center", "frameon": False, "fontsize": "small"}
PARTS = {"train": ("training", "-"), "heldout": ("held-out", "--")}


def plot_losses(title: str, history: History) -> Figure:
    """The columns of history.csv: above, reconstruction and its sum with the KL; below, the KL beside beta."""
    figure = Figure(figsize=(6.5, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.set_title(title)
    artists = draw_losses(above, below, history, [history])
    figure.legend([*artists.values()], [*artists], ncols=2, **LEGEND)
    return figure


def draw_losses(above: Axes, below: Axes, history: History, others: Sequence[History]) -> dict[str, Artist]:
    """Draw reconstruction and total loss on `above`, KL and beta on `below`; every second cycle of beta is shaded.

    The scale is that of all the `others`. Returns what was drawn, by names for a legend.
    """
    epoch, beta_axes = history["epoch"], below.twinx()
    for axes, name, color, column in (
        (above, "total loss", BLUE, "total"),
        (above, "reconstruction", ORANGE, "reconstruction"),
        (below, "KL", BLUE, "kl"),
    ):
        for part, (words, style) in PARTS.items():
            axes.plot(epoch, loss(history, part, column), style, color=color, label=f"{name}, {words}")
    beta_axes.plot(epoch, history["beta"], ":", color=INK, linewidth=1.2, label="β, the weight of the KL")
    # The losses of the first tenth of the epochs would flatten all that follow, and do not set the scale.
    settled = [slice(int(np.ceil(0.1 * (len(other["epoch"]) - 1))), None) for other in others]
    shown = [(other, part, rest) for other, rest in zip(others, settled, strict=True) for part in PARTS]
    low = min(loss(other, part, "reconstruction")[rest].min() for other, part, rest in shown)
    high = max(loss(other, part, "total")[rest].max() for other, part, rest in shown)
    margin = max(0.05 * (high - low), 0.01)
    above.set(ylabel="nats per point", ylim=(low - margin, high + margin))
    highest_kl = max(loss(other, part, "kl").max() for other in others for part in PARTS)
    below.set(xlabel="epoch", ylabel="KL, nats per point", ylim=(0, 1.05 * max(1e-9, highest_kl)))
    beta_axes.set(ylabel="β", ylim=(0, 1.05 * max(1e-9, *(other["beta"].max() for other in others))))
    # A new cycle begins where beta falls. With a single rise, a band over all of it would say nothing.
    starts = [0.5, *(epoch[1:][np.diff(history["beta"]) < 0] - 0.5), epoch[-1] + 0.5]
    bands = list(pairwise(starts))[::2] if len(starts) > 2 else []
    for axes in (above, below):
        for left, right in bands:
            label = "every second cycle of β" if axes is below else None
            axes.axvspan(left, right, color=GRAY, alpha=0.2, linewidth=0, label=label)
        axes.grid(alpha=0.3, color=GRAY)
        axes.set_xlim(min(1, epoch[-1] - 0.5), epoch[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    drawn = [axes.get_legend_handles_labels() for axes in (above, below, beta_axes)]
    return {name: artist for artists, names in drawn for artist, name in zip(artists, names, strict=True)}


def loss(history: History, part: str, name: str) -> np.ndarray:
    """A column of history.csv, or the sum of two: the `total` of a part of the data."""
    if name == "total":
        return history[f"{part}_reconstruction"] + history[f"{part}_kl"]
    return history[f"{part}_{name}"]
