"""Training curves, and beta as its schedule has it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from utils.runs.run import History
from utils.runs.style import BLUE, GRAY, INK, ORANGE
from utils.settings.schedules import beta_schedule

PARTS = {"train": ("training", "-"), "heldout": ("held-out", "--")}
# Epochs `(k,)`, and beta there `(k,)`.
Beta = tuple[np.ndarray, np.ndarray]


def plot_losses(title: str, history: History, settings: Mapping[str, Any]) -> Figure:
    """The columns of history.csv: above, reconstruction and total loss; below, the KL beside beta."""
    figure = Figure(figsize=(6.5, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.set_title(title)
    beta = beta_curve(history, settings)
    draw_losses(above, below, history, beta, [history])
    add_legend(figure, ncols=2)
    if (np.diff(beta[1]) < 0).any():
        why = "Where β falls, KL is cheap, so the model uses more of it, and KL and total loss jump."
        figure.supxlabel(why, fontsize="small")
    return figure


def beta_curve(history: History, settings: Mapping[str, Any]) -> Beta:
    """Beta within each epoch, as the schedule of the `settings` has it.

    Only its values at the ends of the epochs are known of a run of another version, and of one that was resumed with
    another number of epochs.
    """
    n_epochs = len(history["epoch"])
    per_epoch = max(2, 3000 // n_epochs)
    names = ("n_cycles", "ratio", "annealing_share", "beta_max")
    try:
        arguments = [settings[name] for name in names]
        beta_at = beta_schedule(settings["annealing"], per_epoch * settings["epochs"], *arguments)
    except KeyError:
        return history["epoch"], history["beta"]
    beta = np.array([beta_at(step) for step in range(per_epoch * n_epochs)])
    within = beta.reshape(n_epochs, per_epoch)
    margin = 0.02 * settings["beta_max"]
    if np.any((history["beta"] < within.min(1) - margin) | (history["beta"] > within.max(1) + margin)):
        return history["epoch"], history["beta"]
    return np.arange(len(beta)) / per_epoch, beta


def draw_losses(above: Axes, below: Axes, history: History, beta: Beta, others: Sequence[History]) -> None:
    """Draw reconstruction and total loss on `above`, KL and `beta` on `below`; every second cycle of beta is shaded.

    The scale is that of all the `others`.
    """
    epoch, beta_axes = history["epoch"], below.twinx()
    # A line of a few epochs is hardly seen.
    marker = "." if len(epoch) < 10 else None
    for axes, name, color, column in (
        (above, "total loss", BLUE, "total"),
        (above, "reconstruction", ORANGE, "reconstruction"),
        (below, "KL", BLUE, "kl"),
    ):
        for part, (words, style) in PARTS.items():
            label = f"{name}, {words}"
            axes.plot(epoch, loss(history, part, column), style, color=color, marker=marker, label=label)
    beta_axes.plot(*beta, ":", color=INK, linewidth=1.2, label="β, the weight of the KL")
    # The losses of the first tenth of the epochs would flatten all that follow, and do not set the scale.
    settled = [slice(int(np.ceil(0.1 * (len(other["epoch"]) - 1))), None) for other in others]
    shown = [(other, part, rest) for other, rest in zip(others, settled, strict=True) for part in PARTS]
    low = min(loss(other, part, "reconstruction")[rest].min() for other, part, rest in shown)
    high = max(loss(other, part, "total")[rest].max() for other, part, rest in shown)
    margin = max(0.05 * (high - low), 0.01)
    above.set(ylabel="nats per point", ylim=(low - margin, high + margin))
    highest_kl = max(loss(other, part, "kl").max() for other in others for part in PARTS)
    below.set(xlabel="epoch", ylabel="KL, nats per point", ylim=(0, 1.05 * max(1e-9, highest_kl)))
    beta_axes.set(ylabel="β", ylim=(0, 1.05 * max(1e-9, *(other["beta"].max() for other in others), beta[1].max())))
    # A new cycle begins where beta falls. With a single rise, a band over all of it would say nothing.
    starts = [0, *beta[0][1:][np.diff(beta[1]) < 0], epoch[-1]]
    bands = list(pairwise(starts))[::2] if len(starts) > 2 else []
    for axes in (above, below):
        for left, right in bands:
            name = "every second cycle of β" if axes is below else ""
            axes.axvspan(left, right, color=GRAY, alpha=0.2, linewidth=0, label=name)
        axes.grid(alpha=0.3, color=GRAY)
        axes.set_xlim(0, 1.02 * epoch[-1])
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def add_legend(figure: Figure | SubFigure, ncols: int) -> None:
    """Put a legend of all that is drawn on `figure` above its plots, where it covers none."""
    artists: dict[Any, Any] = {}
    for axes in figure.axes:
        for artist, name in zip(*axes.get_legend_handles_labels(), strict=True):
            artists.setdefault(name, artist)
    place: Any = {"loc": "outside upper center", "frameon": False, "fontsize": "small"}
    figure.legend([*artists.values()], [*artists], ncols=ncols, **place)


def loss(history: History, part: str, name: str) -> np.ndarray:
    """A loss of a `part` of the data. The `total` is the sum of all terms, with the KL at its full weight."""
    if name != "total":
        return history[f"{part}_{name}"]
    # Only training minimizes the third term.
    of_parameters = history.get("parameter_kl", 0) if part == "train" else 0
    return history[f"{part}_reconstruction"] + history[f"{part}_kl"] + of_parameters
