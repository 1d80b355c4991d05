"""Runs side by side: what differs between them, their curves, their pictures and their figures."""

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure
from PIL import Image

from utils.pictures.curves import add_legend, draw_losses, loss
from utils.pictures.style import BLUE, WIDTH
from utils.run import History

# How the name of a row says whether its differences are more than chance.
WITHIN, BEYOND = "≈", "≠"
NOTE = (
    f"{WITHIN}: differences lie within noise.   {BEYOND}: they do not (p < 0.05).   "
    "Neither: not known without several seeds.\n"
    "±: of several seeds, the standard deviation over them; of one run, the figure's own standard error, "
    "which leaves out what another seed would change."
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


def plot_side_by_side(data: Image.Image | None, columns: dict[str, Column]) -> Figure:
    """A column for each model or run, by name: settings, curves, its picture beside that of the `data`, and its rows.

    Without `data`, each column has its own.
    """
    n, first = len(columns), next(iter(columns.values()))
    width = max(WIDTH, 4.5 * n)
    pictures = {name: column.picture for name, column in columns.items()}
    originals = {f"data of {name}": column.data for name, column in columns.items() if column.data}
    if data:
        pictures = {"data": data} | pictures
    elif len(originals) == n:
        pictures = originals | pictures
    # Wide pictures are stacked. Of the settings, the curves, the pictures and the figures, in inches.
    shape = max(picture.height / picture.width for picture in pictures.values())
    across = (1 if shape < 0.4 else n + 1) if data else n
    down = len(pictures) // across
    of_pictures = down * (min(7, width / across * shape) + 0.35)
    of_settings = 0.5 + 0.28 * len(first.settings) if first.settings else 0.01
    heights = [of_settings, 7.2, of_pictures, 1.1 + 0.28 * len(first.rows)]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    above, curves, paintings, below = figure.subfigures(4, 1, squeeze=False, height_ratios=heights)[:, 0]
    if first.settings:
        _draw_table(above, {name: column.settings for name, column in columns.items()})
    histories = [history for column in columns.values() for history in (column.history, *column.seeds)]
    artists: dict[str, Artist] = {}
    axes = curves.subplots(2, n, sharex="col", sharey="row", squeeze=False)
    for (losses, kl), (name, column) in zip(axes.T, columns.items(), strict=True):
        artists |= draw_losses(losses, kl, column.history, histories)
        for seed in column.seeds:
            for panel, part in ((losses, "total"), (kl, "kl")):
                panel.plot(seed["epoch"], loss(seed, "heldout", part), color=BLUE, linewidth=0.7, alpha=0.5)
        losses.set_title(textwrap.fill(name, 40), fontweight="bold")
    add_legend(curves, artists, columns=4)
    panels = paintings.subplots(down, across, squeeze=False).flat
    for panel, (name, picture) in zip(panels, pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=textwrap.fill(name, 30), xticks=[], yticks=[])
    _draw_table(below, {name: column.rows for name, column in columns.items()})
    if any(name.endswith((WITHIN, BEYOND)) for name in first.rows):
        below.supxlabel(NOTE, fontsize="small", wrap=True)
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
        colWidths=[0.5 / n] * n,
        loc="center right",
        cellLoc="center",
        edges="horizontal",
    )
    cells.auto_set_font_size(False)
    cells.set_fontsize(10)
    cells.scale(1, 1.4)
