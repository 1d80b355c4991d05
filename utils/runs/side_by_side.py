"""Groups of runs side by side: their settings, their curves, their pictures and their figures."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure

from utils.pictures.curves import add_legend, draw_losses, loss
from utils.pictures.style import BLUE, WIDTH, save_figure
from utils.run import CURVES, History
from utils.runs.groups import Groups, figure_rows, have_same_data, setting_rows

NOTE = (
    "≈: differences lie within noise.   ≠: they do not (p < 0.05).   Neither: not known without several seeds.\n"
    "±: the standard deviation over several seeds."
)


def save_side_by_side(groups: Groups, path: Path) -> None:
    """Plot `groups` side by side in `path`. Raises InputError if a run cannot be read, or the file not written."""
    save_figure(plot_side_by_side(groups), path)


def plot_side_by_side(groups: Groups) -> Figure:
    """A column for each group: settings, curves of its seeds and their mean, its first picture, and its figures.

    The picture of the data is beside that of the groups, or above each if they have other data.
    """
    n, firsts = len(groups), {name: runs[0] for name, runs in groups.items()}
    figures = figure_rows(groups.values())
    # A row that only repeats the names of the columns says nothing.
    settings = {label: texts for label, texts in setting_rows(groups.values()).items() if texts != list(groups)}
    pictures = {name: run.painted for name, run in firsts.items()}
    originals = {f"data of {name}": run.original for name, run in firsts.items() if run.original}
    is_same = have_same_data(groups.values())
    if originals and is_same:
        pictures = {"data": next(iter(originals.values()))} | pictures
    elif len(originals) == n:
        pictures = originals | pictures
    # Wide pictures are stacked. Of the settings, the curves, the pictures and the figures, in inches.
    width, shape = max(WIDTH, 4.5 * n), max(picture.height / picture.width for picture in pictures.values())
    across = (1 if shape < 0.4 else len(pictures)) if is_same else n
    down = len(pictures) // across
    of_pictures = down * (min(7, width / across * shape) + 0.35)
    heights = [0.5 + 0.28 * len(settings) if settings else 0.01, 7.2, of_pictures, 1.1 + 0.28 * len(figures)]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    above, curves, paintings, below = figure.subfigures(4, 1, squeeze=False, height_ratios=heights)[:, 0]
    if settings:
        _draw_table(above, list(groups), settings)
    histories = [run.history for runs in groups.values() for run in runs]
    artists: dict[str, Artist] = {}
    axes = curves.subplots(2, n, sharex="col", sharey="row", squeeze=False)
    for (losses, kl), (name, runs) in zip(axes.T, groups.items(), strict=True):
        artists |= draw_losses(losses, kl, _mean([run.history for run in runs]), histories)
        for seed in [run.history for run in runs if len(runs) > 1]:
            for panel, part in ((losses, "total"), (kl, "kl")):
                panel.plot(seed["epoch"], loss(seed, "heldout", part), color=BLUE, linewidth=0.7, alpha=0.5)
        losses.set_title(textwrap.fill(name, 40), fontweight="bold")
    add_legend(curves, artists, columns=4)
    panels = paintings.subplots(down, across, squeeze=False).flat
    for panel, (name, picture) in zip(panels, pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=textwrap.fill(name, 30), xticks=[], yticks=[])
    _draw_table(below, list(groups), figures)
    if any(label.endswith(("≈", "≠")) for label in figures):
        below.supxlabel(NOTE, fontsize="small", wrap=True)
    return figure


def _mean(histories: Sequence[History]) -> History:
    """The mean of the curves, over the epochs that all of them have."""
    n = min(len(history["epoch"]) for history in histories)
    return {name: np.mean([history[name][:n] for history in histories], axis=0) for name in CURVES}


def _draw_table(figure: SubFigure, names: Sequence[str], rows: Mapping[str, Sequence[str]]) -> None:
    """Draw `rows` by their labels, with a column for each of `names`."""
    axes = figure.subplots()
    axes.axis("off")
    cells = axes.table(
        list(rows.values()),
        rowLabels=list(rows),
        colLabels=names,
        colWidths=[0.5 / len(names)] * len(names),
        loc="center right",
        cellLoc="center",
        edges="horizontal",
    )
    cells.auto_set_font_size(False)
    cells.set_fontsize(10)
    cells.scale(1, 1.4)
