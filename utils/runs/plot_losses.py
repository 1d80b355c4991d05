"""Training curves, and beta as its schedule has it."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from utils.runs.run import History
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
TOTAL = "Total loss: reconstruction + KL at full weight; in training, also the KL of parameters."
FALLS = "Where β falls, KL is cheap, so KL and total loss jump, unless the encoder is fixed (prior=picture)."


def plot_losses(title: str, history: History, settings: Mapping[str, Any]) -> Figure:
    """The columns of history.csv: above, reconstruction and total loss; below, the KL beside beta."""
    figure = Figure(figsize=(6.5, 6.8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.set_title(title)
    draw_losses(above, below, [history], settings, [history])
    add_legend(figure)
    falls = any(line.get_label() == "β falls" for line in below.lines)
    figure.supxlabel(f"{TOTAL}\n{FALLS}" if falls else TOTAL, fontsize="small")
    return figure


def draw_losses(
    above: Axes, below: Axes, seeds: Sequence[History], settings: Mapping[str, Any], histories: Sequence[History]
) -> None:
    """Draw reconstruction and total loss on `above`, KL and beta on `below`: curves of all `seeds` of the `settings`.

    The scale is that of all `histories`.
    """
    epoch, beta = _beta(seeds[0], settings)
    beta_axes = below.twinx()
    beta_axes.plot(epoch, beta, ":", color=INK, linewidth=1.2, label="β, the weight of the KL")
    for axes, curves in ((above, LOSSES), (below, KLS)):
        for seed, (label, (columns, color, style)) in itertools.product(seeds, curves.items()):
            # A line of a few epochs is hardly seen.
            marker = "." if len(seed["epoch"]) < 10 else None
            axes.plot(seed["epoch"], _sum(seed, columns), style, color=color, marker=marker, label=label)
        for start in epoch[1:][np.diff(beta) < 0]:
            axes.axvline(start, color=GRAY, linewidth=0.8, label="β falls" if axes is below else "")
        axes.grid(alpha=0.3, color=GRAY)
        axes.set_xlim(0, 1.02 * max(seed["epoch"][-1] for seed in seeds))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    # The losses of the first tenth of the epochs would flatten all that follow, and do not set the scale.
    settled = [{name: part[math.ceil(0.1 * (len(part) - 1)) :] for name, part in run.items()} for run in histories]
    losses = np.concatenate([_sum(run, columns) for run in settled for columns, *_ in LOSSES.values()])
    kls = np.concatenate([_sum(run, columns) for run in histories for columns, *_ in KLS.values()])
    margin = max(0.05 * np.ptp(losses), 0.01)
    above.set(ylabel="nats per point", ylim=(losses.min() - margin, losses.max() + margin))
    below.set(xlabel="epoch", ylabel="KL, nats per point", ylim=(0, 1.05 * max(1e-9, kls.max())))
    beta_axes.set(ylabel="β", ylim=(0, 1.05 * max(1e-9, *beta, *(run["beta"].max() for run in histories))))


def add_legend(figure: Figure | SubFigure) -> None:
    """Put a legend of all that is drawn on `figure` above its plots, where it covers none."""
    labeled = [axes.get_legend_handles_labels() for axes in figure.axes]
    # Curves of several seeds share a label.
    artists = {label: artist for pair in labeled for artist, label in zip(*pair, strict=True)}
    place: Any = {"loc": "outside upper center", "ncols": 2, "frameon": False, "fontsize": "small"}
    figure.legend([*artists.values()], [*artists], **place)


def _sum(history: History, columns: Sequence[str]) -> np.ndarray:
    """The sum of the `columns`; an earlier version of the program may lack one."""
    return np.sum([history[name] for name in columns if name in history], axis=0)


def _beta(history: History, settings: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Epochs `(k,)` and beta there: within epochs, as the schedule of the `settings` has it.

    Of a run of another version, only its values at the ends of epochs are known.
    """
    per_epoch = max(2, 3000 // len(history["epoch"]))
    try:
        schedule = {name: settings[name] for name in ("annealing", "annealing_share", "n_cycles", "ratio", "beta_max")}
        beta_at = beta_schedule(Config(**schedule), per_epoch * settings["epochs"])
    except KeyError:
        return history["epoch"], history["beta"]
    steps = np.arange(per_epoch * len(history["epoch"]))
    return steps / per_epoch, np.array([beta_at(int(step)) for step in steps])
