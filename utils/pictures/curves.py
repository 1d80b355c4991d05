"""Training curves."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from utils.pictures.style import BLUE, GRAY, ORANGE

History = dict[str, np.ndarray]


def draw_loss_curves(title: str, history: History) -> Figure:
    """The columns of history.csv: above, reconstruction and its sum with the KL; below, the KL beside beta."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    draw_losses(above, below, history)
    above.set(title=title)
    return figure


def draw_losses(above: Axes, below: Axes, history: History) -> None:
    """Draw reconstruction and total loss on `above`, KL and beta on `below`; every second cycle of beta is shaded."""
    epoch, beta = history["epoch"], history["beta"]
    for part, style in (("train", "-"), ("heldout", "--")):
        name = part.replace("heldout", "held-out")
        reconstruction, kl = history[f"{part}_reconstruction"], history[f"{part}_kl"]
        total = reconstruction + kl
        above.plot(epoch, total, style, color=BLUE, label=f"total, {name}: {total[-1]:.2f} at the end")
        label = f"reconstruction, {name}: {reconstruction[-1]:.2f}"
        above.plot(epoch, reconstruction, style, color=ORANGE, label=label)
        below.plot(epoch, kl, style, color=BLUE, label=f"KL, {name}: {kl[-1]:.2f} at the end")
    # The first epochs of a long run would hide what follows.
    settled = slice(len(epoch) // 20, None)
    shown = [history[f"{part}_reconstruction"][settled] for part in ("train", "heldout")]
    shown += [values + history[f"{part}_kl"][settled] for part, values in zip(("train", "heldout"), shown, strict=True)]
    low, high = min(map(np.min, shown)), max(map(np.max, shown))
    margin = max(0.05 * (high - low), 0.01)
    above.set(ylabel="loss (nats per point)", ylim=(low - margin, high + margin))
    highest = max(history[f"{part}_kl"].max() for part in ("train", "heldout"))
    below.set(xlabel="epoch", ylabel="KL divergence (nats per point)", ylim=(0, max(1e-9, highest) / 0.75))
    beta_axes = below.twinx()
    beta_axes.plot(epoch, beta, ":", color="black", linewidth=1.2, label="β, the weight of the KL")
    # The uppermost quarter is the legend's.
    beta_axes.set(ylabel="β", ylim=(0, max(1e-9, beta.max()) / 0.75))
    for axes in (above, below):
        for left, right in list(pairwise(cycle_starts(history)))[::2]:
            axes.axvspan(left, right, color=GRAY, alpha=0.15, linewidth=0)
        axes.grid(alpha=0.3)
        axes.set_xlim(min(1, epoch[-1] - 0.5), epoch[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    lines, dots = below.get_legend_handles_labels(), beta_axes.get_legend_handles_labels()
    # On the uppermost axes; otherwise the curve of beta would cross the legend.
    beta_axes.legend(lines[0] + dots[0], lines[1] + dots[1], fontsize="small", ncols=2, loc="upper right")
    above.legend(ncols=2, fontsize="small")


def cycle_starts(history: History) -> list[float]:
    """Where cycles of beta begin, in epochs, and where the last one ends: a new cycle begins where beta falls."""
    epoch = history["epoch"]
    return [0.5, *(epoch[1:][np.diff(history["beta"]) < 0] - 0.5), epoch[-1] + 0.5]
