"""Data beside generated points: in true color, as a classifier sees them, and coordinate by coordinate."""

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from data import COLORS, random_subset
from data.pictures import Canvas
from utils.runs.run import MOST_SHOWN, FreshRun
from utils.runs.style import BLUE, GRAY, WIDTH, scatter_points

# On black: bright where the classifier is sure, dim where it is not; told apart with any kind of color vision.
SUSPICION = LinearSegmentedColormap.from_list("suspicion", ["#5cc8ff", "#255a80", "#4d4d4d", "#8a5a10", "#ffb733"])


def plot_points(run: FreshRun) -> Figure:
    """Scatter plots and marginals of the data and of the samples of `run`, and what its classifier, if any, sees."""
    samples, classifier, canvas = random_subset(run.samples, MOST_SHOWN), run.evaluation.classifier, run.data.canvas
    title = f"{run.config.model} VAE\n{textwrap.fill(run.evaluation.verdict, 110)}"
    n, shape = 2 + bool(classifier), canvas.height / canvas.width
    # Wide pictures are stacked.
    rows, columns = (n, 1) if shape < 0.5 else (1, n)
    # In inches: of all pictures, with their titles and ticks, and of the marginals.
    heights = (rows * (min(7, (WIDTH - 1.2) / columns * shape) + 0.75), 2.1)
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.25 * (1 + title.count("\n"))), layout="constrained")
    figure.suptitle(title)
    pictures, marginals = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)[:, 0]
    panels = pictures.subplots(rows, columns, sharex=True, sharey=True).ravel()
    for panel, name, points in zip(panels, ("data", "generated"), (run.shown, samples), strict=False):
        scatter_points(panel, points, canvas)
        panel.set_title(f"{name}: {len(points):,} points")
    if classifier:
        _draw_suspicion(panels[2], classifier, canvas)
    for panel in panels:
        panel.set_anchor("N")
    panels[1].set_xlabel("y: column (pixels)")
    panels[0].set_ylabel("x: row (pixels)")
    names = ("x: row", "y: column", "r: red", "g: green", "b: blue")
    for i, (panel, name) in enumerate(zip(marginals.subplots(1, len(names)), names, strict=True)):
        _draw_marginal(panel, run.shown[:, i], samples[:, i])
        panel.set(xlabel=name, ylabel="" if i else "share of points", yticks=[])
        panel.locator_params("x", nbins=3)
    marginals.legend(*panel.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    return figure


def _draw_suspicion(axes: Axes, classifier: tuple[np.ndarray, np.ndarray], canvas: Canvas) -> None:
    """Draw the points of both sets, colored by how much they look generated to the `classifier`."""
    # The strongest last, on top of the others.
    points, scores = classifier
    order = np.argsort(np.abs(scores))
    scores, points = scores[order], points[order].astype(float)
    points[:, COLORS] = 255 * SUSPICION(scores + 0.5)[:, :3]
    scatter_points(axes, points, canvas._replace(color=(0, 0, 0)), sizes=3 + 12 * np.abs(scores))
    axes.set(title="what a classifier sees", xlabel="orange: looks generated\nblue: looks like data")


def _draw_marginal(axes: Axes, data: np.ndarray, generated: np.ndarray) -> None:
    """Draw the share of each value of a coordinate in `data (n,)` and in `generated (m,)`."""
    low, high = min(data.min(), generated.min()), max(data.max(), generated.max()) + 1
    # Each bin holds the same number of integers; otherwise the histogram has teeth.
    step = max(1, round((high - low) / 40))
    bins = np.arange(low, high + step, step)
    of_data, of_generated = (np.histogram(values, bins)[0] / len(values) for values in (data, generated))
    axes.stairs(of_data, bins, fill=True, color=GRAY, alpha=0.6, label="data")
    axes.stairs(of_generated, bins, color=BLUE, linewidth=1.5, label="generated")
