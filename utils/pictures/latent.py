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

# What the decoder draws is shown at five positions along each latent, in pictures of this size.
SHOWN, TILE = {1: slice(None, None, 10), 2: slice(1, None, 2)}, 150
# On bright and on dark backgrounds: white lines with a dark edge.
EDGE: list[AbstractPathEffect] = [withStroke(linewidth=3, foreground="#333333")]


def plot_latent(run: Run) -> Figure:
    """The map of `run`, each mean in its point's color, and beside it what the decoder draws at positions on it."""
    found, shape = run.map, run.data.canvas.height / run.data.canvas.width
    is_flat = len(found.latents) == 1
    is_wide = shape < 0.5 or is_flat
    # In inches: of the map, and of the positions below it or beside it.
    heights = [4.5, min(8, WIDTH * shape / (5 if is_flat else 1)) + 0.7] if is_wide else [4 * min(2, shape) + 0.9]
    figure = Figure(figsize=(WIDTH, 0.6 + sum(heights)), layout="constrained")
    figure.suptitle(f"{run.name}: the latent space\n{what_to_see(run)}")
    left, right = figure.subplots(2, 1, height_ratios=heights) if is_wide else figure.subplots(1, 2)
    draw_map(left, found, run.shown[:, COLORS], run.data.canvas)
    if not is_wide:
        left.set_box_aspect(min(2, shape))
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
    axes.set(facecolor=np.divide(canvas.color, 255))
    across = found.grid[0]
    if len(found.latents) == 2:
        scatter(axes, found.means[:, 0], found.means[:, 1], colors)
        lines = axes.contour(*found.grid, found.density, found.levels[::-1], colors="white", linewidths=1.3)
        lines.set_path_effects(EDGE)
        names = {level: f"{share:.0%}" for level, share in zip(found.levels, CONTOURS, strict=True)}
        for text in axes.clabel(lines, fmt=names, fontsize="small"):
            text.set_path_effects(EDGE)
        axes.set(ylim=found.grid[1][[0, -1]], ylabel=f"latent {found.latents[1] + 1}")
    else:
        # The other direction means nothing; it only keeps the dots apart.
        scatter(axes, found.means[:, 0], np.random.default_rng(0).uniform(0.05, 0.45, len(found.means)), colors)
        density = 0.5 + 0.45 * found.density / found.density.max()
        axes.plot(across, density, color="white", path_effects=EDGE)
        axes.set(ylim=(0, 1), yticks=[], ylabel="the data; above, the prior's density")
    axes.set(xlim=across[[0, -1]], xlabel=f"latent {found.latents[0] + 1}")


def _draw_positions(axes: Axes, found: LatentMap, canvas: Canvas) -> None:
    """Draw what the decoder draws at some positions of the map, each where it is on the map."""
    shown = SHOWN[len(found.latents)]
    drawn = found.points[:, shown] if len(found.latents) == 1 else found.points[shown, shown]
    sheet = paint_sheet(drawn[::-1], canvas, TILE, dot=2).convert("RGB")
    rows, columns = drawn.shape[:2]
    axes.imshow(sheet, extent=(0, columns, 0, rows), aspect=canvas.height / canvas.width)
    axes.vlines(range(1, columns), 0, rows, color=GRAY, linewidth=0.8)
    axes.hlines(range(1, rows), 0, columns, color=GRAY, linewidth=0.8)
    across, *up = ([f"{round(value, 1) + 0:.1f}" for value in axis[shown]] for axis in found.positions)
    if canvas.width < canvas.height / 2:
        # There is room for two below such narrow pictures.
        across[1:-1] = [""] * (columns - 2)
    axes.set_xticks(np.arange(columns) + 0.5, across)
    axes.set_yticks(np.arange(rows if up else 0) + 0.5, *up)
    axes.set(xlabel=f"latent {found.latents[0] + 1}", ylabel=f"latent {found.latents[1] + 1}" if up else "")
    axes.tick_params(length=0)
