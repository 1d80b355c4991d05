"""The latent space: a map of the encoder's codes, and what the decoder draws along each latent."""

import numpy as np
from matplotlib.figure import Figure

from data.points import Canvas
from utils.evaluation.latent import STEPS, LatentMap
from utils.pictures.style import canvas_color, scatter, scatter_points

# Contours of the prior's density, as shares of its maximum.
CONTOUR_COLOR = "gray"
CONTOURS = (0.01, 0.03, 0.1, 0.3, 0.7)


def draw_latent(title: str, latent: LatentMap, colors: np.ndarray, canvas: Canvas) -> Figure:
    """The map of `latent`, each mean in its point's color `(n, 3)`, and its traversals, each on the `canvas`."""
    figure = Figure(figsize=(15, 7), layout="constrained")
    figure.suptitle(title, fontsize="x-large")
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1, 1.15))[0]
    axes = left.subplots()
    if latent.density is not None:
        levels = latent.density.max() * np.array(CONTOURS)
        axes.contour(latent.across, latent.up, latent.density, levels, colors=CONTOUR_COLOR, linewidths=0.7, alpha=0.55)
    scatter(axes, latent.means[:, 0], latent.means[:, 1], colors)
    axes.set_facecolor(canvas_color(canvas))
    names = [f"posterior mean of latent {number + 1}" for number in latent.latents]
    axes.set(title="where the encoder puts the points; contours: the prior", xlabel=names[0], ylabel=names[1])

    right.suptitle("what the decoder draws as one latent moves (in standard deviations)")
    panels = right.subplots(len(latent.traversals), len(STEPS), squeeze=False)
    for row, (number, drawn) in zip(panels, latent.traversals.items(), strict=True):
        row[0].set_ylabel(f"latent {number + 1}")
        for panel, points in zip(row, drawn, strict=True):
            scatter_points(panel, points, canvas, area=1)
            panel.set(xticks=[], yticks=[])
    for panel, step in zip(panels[-1], STEPS, strict=True):
        panel.set_xlabel(f"{step:+d}" if step else "0")
    return figure
