"""The latent space: a map of where the encoder puts points, and that map as the decoder draws it."""

import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from data import COLORS, N_COORDINATES, PLACES
from utils.runs.run import FreshRun
from utils.runs.style import GRAY, WIDTH, scatter, scatter_points

# Lines between positions.
LINES: Any = {"color": GRAY, "linewidth": 0.6, "alpha": 0.7}
MEANINGS = {
    "picture": "The map is the picture itself: moving z moves the drawn pixel. The prior follows the dots closely.",
    "mixture": "The prior, a mixture of normals, follows the dots roughly. Where it has no dots, strays are drawn.",
    "normal": "The prior N(0, I) is fixed. Its rings also hold places without dots, and strays are drawn there.",
}


def plot_latent(run: FreshRun) -> Figure:
    """The map of `run`, each mean in its point's color, and beside it what the decoder draws at positions on it."""
    shape, canvas = map_shape(run), run.data.canvas
    # Wide panels are stacked. In inches: of each row, with its titles and ticks.
    wide = [(WIDTH - 1) * ratio + 0.8 for ratio in (shape, canvas.height / canvas.width)]
    heights = wide if shape < 0.6 else [4 * shape + 0.8]
    figure = Figure(figsize=(WIDTH, 0.5 + sum(heights)), layout="constrained")
    figure.suptitle(f"{run.config.model} VAE, latent space\n{textwrap.fill(meaning(run), 110)}")
    left, right = figure.subplots(len(heights), 3 - len(heights), height_ratios=heights)
    draw_map(left, run)
    left.set_box_aspect(shape)
    left.set_title("dots: where the encoder puts the data\nlines: the prior, with the share within them")
    for draw_line, values in zip((left.axvline, left.axhline), run.map.positions, strict=True):
        for value in values:
            draw_line(value, **LINES)
    # Some of the points are enough to see how far they spread. Lines are between neighboring positions.
    scatter_points(right, run.map.points[..., :20, :].reshape(-1, N_COORDINATES), canvas)
    middles = run.map.points[..., PLACES].mean(2) + 0.5
    for lines in (middles, middles.swapaxes(0, 1)):
        for line in lines:
            right.plot(line[:, 1], line[:, 0], **LINES)
    right.set_title("what the decoder draws where the lines cross")
    right.set(xlabel="y: column (pixels)", ylabel="x: row (pixels)")
    return figure


def meaning(run: FreshRun) -> str:
    """What the map of `run` says."""
    single = " The model has a single latent; the other is always 0." if run.config.latent_dim == 1 else ""
    return MEANINGS.get(run.config.prior, "The dots should fill the prior.") + single


def map_shape(run: FreshRun) -> float:
    """The height of the map over its width: that of the picture, unless that is a sliver."""
    return min(2, max(0.5, run.data.canvas.height / run.data.canvas.width))


def draw_map(axes: Axes, run: FreshRun) -> None:
    """Draw each mean of the map of `run` in its point's color, and contours of the prior's density."""
    latent_map, (across, down) = run.map, run.map.grid
    scatter(axes, latent_map.means, run.shown[:, COLORS])
    lines = axes.contour(across, down, latent_map.density, latent_map.levels[::-1], colors="white", linewidths=1.3)
    names = {level: f"{share:.0%}" for level, share in zip(latent_map.levels, latent_map.contours, strict=True)}
    # Seen on bright and on dark backgrounds.
    for artist in (lines, *axes.clabel(lines, fmt=names, fontsize="small")):
        artist.set_path_effects([withStroke(linewidth=3, foreground="#333333")])
    axes.set(facecolor=np.divide(run.data.canvas.color, 255), xlim=across[[0, -1]], ylim=down[[-1, 0]])
    axes.set(xlabel=f"latent {latent_map.latents[0] + 1}", ylabel=f"latent {latent_map.latents[1] + 1}")
