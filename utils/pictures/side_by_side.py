"""Runs side by side: what differs between them, their curves, their pictures and their figures."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from matplotlib.figure import Figure, SubFigure
from PIL import Image

from utils.pictures.curves import History, draw_losses
from utils.pictures.style import BLUE

# How the name of a row says whether its differences are more than chance.
WITHIN, BEYOND = "≈", "≠"
NOTE = (
    f"±: standard deviation over seeds.   {WITHIN}: differences lie within the noise of seeds.\n"
    f"{BEYOND}: they do not (p < 0.05).   Neither: not known without several seeds."
)


class Column(NamedTuple):
    """What a column shows: training curves, the picture that was painted, and rows of a name and a short text.

    settings: rows of the same kind that stand above all.
    seeds: the curves of the runs that `history` is the mean of.
    data: what the picture should look like, for runs on different data.
    """

    history: History
    picture: Image.Image
    rows: dict[str, str]
    settings: Mapping[str, str] = MappingProxyType({})
    seeds: Sequence[History] = ()
    data: Image.Image | None = None


def draw_side_by_side(data: Image.Image | None, columns: dict[str, Column]) -> Figure:
    """A column for each model or run, by name: settings, curves, its picture beside that of the `data`, and its rows.

    Without `data`, each column has its own.
    """
    n = len(columns)
    first = next(iter(columns.values()))
    width = 6.5 * max(n, 2)
    # Of the settings, the curves, the pictures and the figures, in inches. No picture is higher than a square.
    of_pictures = width / (1 + n) * min(1, data.height / data.width) + 0.5 if data else 8
    heights = [0.4 + 0.32 * len(first.settings), 7, of_pictures, 1.2 + 0.32 * len(first.rows)]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    above, curves, paintings, below = figure.subfigures(4, 1, squeeze=False, height_ratios=heights)[:, 0]
    if first.settings:
        _draw_table(above, {name: column.settings for name, column in columns.items()})
    axes = curves.subplots(2, n, sharex="col", sharey="row", squeeze=False)
    limits = []
    for (losses, kl), (name, column) in zip(axes.T, columns.items(), strict=True):
        draw_losses(losses, kl, column.history)
        limits.append(losses.get_ylim())
        for history in column.seeds:
            total = history["heldout_reconstruction"] + history["heldout_kl"]
            losses.plot(history["epoch"], total, color=BLUE, linewidth=0.7, alpha=0.5)
            kl.plot(history["epoch"], history["heldout_kl"], color=BLUE, linewidth=0.7, alpha=0.5)
        losses.set_title(name, fontsize="x-large")
    # The columns share their scales, which must hold the curves of all.
    lows, highs = zip(*limits, strict=True)
    axes[0, 0].set_ylim(min(lows), max(highs))
    axes[1, 0].set_ylim(0, 1.05 * max(line.get_ydata().max() for panel in axes[1] for line in panel.get_lines()))
    if data:
        pictures = {"data": data} | {name: column.picture for name, column in columns.items()}
        panels = paintings.subplots(1, 1 + n)
    else:
        originals = {f"data of {name}": column.data for name, column in columns.items() if column.data}
        pictures = originals if len(originals) == n else {}
        pictures |= {name: column.picture for name, column in columns.items()}
        panels = paintings.subplots(len(pictures) // n, n, squeeze=False).flat
    for panel, (name, picture) in zip(panels, pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=name, xticks=[], yticks=[])
    _draw_table(below, {name: column.rows for name, column in columns.items()})
    if any(name.endswith((WITHIN, BEYOND)) for name in first.rows):
        below.supxlabel(NOTE, fontsize="medium")
    return figure


def _draw_table(figure: SubFigure, columns: dict[str, Mapping[str, str]]) -> None:
    """Draw rows of a name and a text for each column."""
    rows, n = list(next(iter(columns.values()))), len(columns)
    axes = figure.subplots()
    axes.axis("off")
    cells = axes.table(
        [[column.get(row, "") for column in columns.values()] for row in rows],
        rowLabels=rows,
        colLabels=list(columns),
        colWidths=[0.62 / n] * n,
        loc="center right",
        cellLoc="center",
        edges="horizontal",
    )
    cells.auto_set_font_size(False)
    cells.set_fontsize(11)
    cells.scale(1, 1.5)
