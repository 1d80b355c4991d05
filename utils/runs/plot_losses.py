"""Training curves, and beta as its schedule has it."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from utils.runs.run import History, Run
from utils.runs.style import BLUE, GRAY, INK, ORANGE
from utils.settings.config import Config
from utils.settings.schedules import beta_schedule

# The columns of history.csv that each curve adds up, its color, and its style. Only training pays for parameters.
LOSSES = {
    "total loss, training (+ KL of parameters)": (("train_reconstruction", "train_kl", "parameter_kl"), BLUE, "-"),
    "total loss, held-out": (("heldout_reconstruction", "heldout_kl"), BLUE, "--"),
    "reconstruction, training": (("train_reconstruction",), ORANGE, "-"),
    "reconstruction, held-out": (("heldout_reconstruction",), ORANGE, "--"),
}
KLS = {
    "KL, training": (("train_kl",), BLUE, "-"),
    "KL, held-out": (("heldout_kl",), BLUE, "--"),
}
NOTE = """Total loss: reconstruction + KL at full weight; in training, also the KL of parameters.
Where β falls, KL is cheap, so KL and total loss jump, unless the encoder is fixed (prior=picture)."""


def plot_losses(run: Run) -> Figure:
    """The history of `run`: above, reconstruction and total loss; below, the KL beside beta."""
    figure = Figure(figsize=(6.5, 6.8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    draw_losses(above, below, [run.history], run.config, [run.history])
    above.set_title(f"{run.config.model} VAE: training")
    add_legend(figure)
    figure.supxlabel(NOTE, fontsize="small")
    return figure


def draw_losses(
    above: Axes, below: Axes, seeds: Sequence[History], config: Config, histories: Sequence[History]
) -> None:
    """Draw losses on `above`, KL and beta on `below`, of all `seeds` of a `config`, on the scale of all `histories`."""
    # Of beta, also what it is within epochs.
    n_epochs = len(seeds[0]["epoch"])
    per_epoch = max(2, 3000 // n_epochs)
    beta = [*map(beta_schedule(config, per_epoch * config.epochs), range(per_epoch * n_epochs))]
    beta_axes = below.twinx()
    beta_axes.plot(np.arange(len(beta)) / per_epoch, beta, ":", color=INK, linewidth=1.2, label="β, weight of the KL")
    beta_axes.set(ylabel="β", ylim=(0, 1.05 * max(1e-9, *beta, *(run["beta"].max() for run in histories))))
    for axes, curves in ((above, LOSSES), (below, KLS)):
        for seed, (label, (columns, color, style)) in itertools.product(seeds, curves.items()):
            # A line of a few epochs is hardly seen.
            marker = "." if n_epochs < 10 else None
            axes.plot(seed["epoch"], _sum(seed, columns), style, color=color, marker=marker, label=label)
        for fall in np.flatnonzero(np.diff(beta) < 0) + 1:
            axes.axvline(fall / per_epoch, color=GRAY, linewidth=0.8, label="β falls" if axes is below else "")
        axes.grid(alpha=0.3, color=GRAY)
        axes.set_xlim(0, 1.02 * max(len(seed["epoch"]) for seed in seeds))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    # The losses of the first tenth of the epochs would flatten all that follow, and do not set the scale.
    settled = [{name: part[math.ceil(0.1 * (len(part) - 1)) :] for name, part in run.items()} for run in histories]
    losses = np.concatenate([_sum(run, columns) for run in settled for columns, *_ in LOSSES.values()])
    highest_kl = max(run[name].max() for run in histories for name in ("train_kl", "heldout_kl"))
    margin = max(0.05 * np.ptp(losses), 0.01)
    above.set(ylabel="nats per point", ylim=(losses.min() - margin, losses.max() + margin))
    below.set(xlabel="epoch", ylabel="KL, nats per point", ylim=(0, 1.05 * max(1e-9, highest_kl)))


def add_legend(figure: Figure | SubFigure) -> None:
    """Put a legend of all that is drawn on `figure` above its plots, where it covers none."""
    labeled = [axes.get_legend_handles_labels() for axes in figure.axes]
    # Curves of several seeds share a label.
    artists = {label: artist for pair in labeled for artist, label in zip(*pair, strict=True)}
    place: Any = {"loc": "outside upper center", "ncols": 2, "frameon": False, "fontsize": "small"}
    figure.legend([*artists.values()], [*artists], **place)


def _sum(history: History, columns: Sequence[str]) -> np.ndarray:
    return np.sum([history[name] for name in columns], axis=0)
