"""Models side by side: their curves, their pictures and their figures."""

from typing import NamedTuple

from matplotlib.figure import Figure
from PIL import Image

from utils.pictures.curves import History, draw_losses


class Column(NamedTuple):
    """What a model's column shows: its training curves, the picture it painted, and rows of a name and a short text."""

    history: History
    picture: Image.Image
    rows: dict[str, str]


def draw_side_by_side(data: Image.Image, columns: dict[str, Column]) -> Figure:
    """A column for each model, by name: curves, below them what it paints beside the `data`, below that its rows."""
    n = len(columns)
    figure = Figure(figsize=(6.5 * max(n, 2), 15), layout="constrained")
    curves, paintings, table = figure.subfigures(3, 1, squeeze=False, height_ratios=(7, 5.5, 2.2))[:, 0]
    axes = curves.subplots(2, n, sharex="col", sharey="row", squeeze=False)
    for (above, below), (name, column) in zip(axes.T, columns.items(), strict=True):
        draw_losses(above, below, column.history)
        above.set_title(f"{name} VAE", fontsize="x-large")
    pictures = {"data": data} | {name: column.picture for name, column in columns.items()}
    for panel, (name, picture) in zip(paintings.subplots(1, 1 + n), pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=name, xticks=[], yticks=[])
    rows = list(next(iter(columns.values())).rows)
    table_axes = table.subplots()
    table_axes.axis("off")
    cells = table_axes.table(
        [[column.rows.get(row, "") for column in columns.values()] for row in rows],
        rowLabels=rows,
        colLabels=[f"{name} VAE" for name in columns],
        colWidths=[0.62 / n] * n,
        loc="center right",
        cellLoc="center",
        edges="horizontal",
    )
    cells.auto_set_font_size(False)
    cells.set_fontsize(11)
    cells.scale(1, 1.5)
    return figure
