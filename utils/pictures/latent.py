"""The latent space: a map of where the encoder puts points, and what the decoder draws all over that map."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, withStroke

from data.coordinates import COLORS
from data.points import Canvas
from utils.evaluation.latent import CONTOURS, LatentMap
from utils.pictures.painting import paint_sheet
from utils.pictures.style import GRAY, WIDTH, scatter
from utils.run import Run

# What the decoder draws is shown at every second position, in pictures of this size.
SHOWN, TILE = slice(1, None, 2), 150
# On bright and on dark backgrounds: white lines with a dark edge.
EDGE: list[AbstractPathEffect] = [withStroke(linewidth=3, foreground="#333333")]


def plot_latent(run: Run) -> Figure:
    """The map of `run`, each mean in its point's color, and beside it what the decoder draws at positions on it."""
    found, shape = run.map, run.data.canvas.height / run.data.canvas.width
    is_flat = len(found.latents) == 1
    is_wide = shape < 0.5 or is_flat
    # In inches: of the map, and of the positions below it or beside it.
    heights = [4.5, WIDTH * shape / (5 if is_flat else 1) + 0.7] if is_wide else [4 * min(2, shape) + 0.9]
    figure = Figure(figsize=(WIDTH, 0.6 + sum(heights)), layout="constrained")
    figure.suptitle(f"{run.name}: the latent space\n{what_to_see(run)}")
    left, right = figure.subplots(2, 1, height_ratios=heights) if is_wide else figure.subplots(1, 2)
    if not is_wide:
        left.set_box_aspect(min(2, shape))
    draw_map(left, found, run.shown[:, COLORS], run.data.canvas)
    left.set_title("dots: where the encoder puts the data")
    _draw_positions(right, found, run.data.canvas)
    right.set_title("what the decoder draws there")
    return figure


def what_to_see(run: Run) -> str:
    """What the map of `run` says, in a sentence."""
    shares = ", ".join(f"{share:.0%}" for share in CONTOURS)
    if run.generator.config.get("prior") == "picture":
        return f"the prior is a picture on this plane: contours hold {shares} of it; the dots should fill them"
    return f"contours hold {shares} of the prior; the dots should fill them"


def draw_map(axes: Axes, found: LatentMap, colors: np.ndarray, canvas: Canvas) -> None:
    """Draw each mean of the map `found` in its point's color `(n, 3)`, and contours of the prior's density."""
    scatter(axes, found.means[:, 0], found.means[:, 1], colors)
    lines = axes.contour(*found.grid, found.density, found.levels[::-1], colors="white", linewidths=1.3)
    names = {level: f"{share:.0%}" for level, share in zip(found.levels, CONTOURS, strict=True)}
    for artist in (lines, *axes.clabel(lines, fmt=names, fontsize="small")):
        artist.set_path_effects(EDGE)
    across, up = found.grid
    axes.set(facecolor=np.divide(canvas.color, 255), xlim=across[[0, -1]], ylim=up[[0, -1]])
    _name_axes(axes, found)


def _draw_positions(axes: Axes, found: LatentMap, canvas: Canvas) -> None:
    """Draw what the decoder draws at some positions of the map, each where it is on the map."""
    drawn = found.points[SHOWN if len(found.latents) == 2 else slice(None), SHOWN]
    sheet = paint_sheet(drawn[::-1], canvas, TILE, dot=2).convert("RGB")
    rows, columns = drawn.shape[:2]
    axes.imshow(sheet, extent=(0, columns, 0, rows), aspect=canvas.height / canvas.width)
    axes.vlines(range(1, columns), 0, rows, color=GRAY, linewidth=0.8)
    axes.hlines(range(1, rows), 0, columns, color=GRAY, linewidth=0.8)
    across, up = ([f"{round(value, 1) + 0:.1f}" for value in axis[SHOWN]] for axis in found.positions)
    if canvas.width < canvas.height / 2:
        # There is room for two below such narrow pictures.
        across[1:-1] = [""] * (columns - 2)
    axes.set_xticks(np.arange(columns) + 0.5, across)
    axes.set_yticks(np.arange(len(up)) + 0.5, up)
    axes.tick_params(length=0)
    _name_axes(axes, found)


def _name_axes(axes: Axes, found: LatentMap) -> None:
    names = [f"latent {latent + 1}" for latent in found.latents]
    axes.set_xlabel(names[0])
    if len(names) == 2:
        axes.set_ylabel(names[1])
    else:
        axes.set_yticks([])
