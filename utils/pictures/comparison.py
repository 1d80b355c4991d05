"""Data beside generated points: in true color, as a classifier sees them, and coordinate by coordinate."""

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.coordinates import AXIS_LABELS, NAMES
from data.points import Canvas
from utils.evaluation.result import ClassifierScores
from utils.pictures.style import BLUE, GRAY, scatter_points, show_canvas


def draw_comparison(
    title: str,
    data: np.ndarray,
    generated: np.ndarray,
    canvas: Canvas,
    classifier: ClassifierScores | None = None,
) -> Figure:
    """Scatter plots and marginals of `data (n, 5)` and `generated (m, 5)`, on the `canvas` of their picture.

    A third panel shows the opinion of the `classifier`, if there is one.
    """
    figure = Figure(figsize=(17, 9), layout="constrained")
    figure.suptitle(textwrap.fill(title, 130), fontsize="x-large")
    pictures, marginals = figure.subfigures(2, 1, squeeze=False, height_ratios=(2, 1))[:, 0]
    panels = pictures.subplots(1, 3 if classifier else 2, sharey=True)
    for axes, (name, points) in zip(panels[:2], {"data": data, "generated": generated}.items(), strict=True):
        scatter_points(axes, points, canvas)
        axes.set_title(f"{name}: {len(points):,} points")
    panels[0].set_ylabel("x: row (pixels)")
    if classifier:
        suspects = classifier.points
        dots = panels[2].scatter(
            suspects[:, 1], suspects[:, 0], s=5, c=classifier.scores, linewidths=0, cmap="PuOr_r", vmin=-0.5, vmax=0.5
        )
        show_canvas(panels[2], canvas._replace(color=(0, 0, 0)))
        panels[2].set(title="where a classifier sees a difference")
        bar = pictures.colorbar(dots, ax=panels[2], shrink=0.8, ticks=[-0.5, 0, 0.5])
        bar.ax.set_yticklabels(["looks\nlike data", "cannot\ntell", "looks\ngenerated"])
    for axes in panels:
        axes.set(xlabel="y: column (pixels)")
    for i, axes in enumerate(marginals.subplots(1, len(NAMES))):
        _draw_marginal(axes, data[:, i], generated[:, i])
        axes.set(title=NAMES[i], xlabel=AXIS_LABELS[i], yticks=[], ylabel="share of the points" if i == 0 else "")
    marginals.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _draw_marginal(axes: Axes, data: np.ndarray, generated: np.ndarray) -> None:
    bins, (of_data, of_generated) = shares(data, generated)
    axes.stairs(of_data, bins, fill=True, color=GRAY, alpha=0.6, label="data")
    axes.stairs(of_generated, bins, color=BLUE, linewidth=1.5, label="generated")


def shares(data: np.ndarray, generated: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Bins `(k + 1,)` of a coordinate, and the shares `(k,)` of `data (n,)` and of `generated (m,)` in each."""
    low, high = min(data.min(), generated.min()), max(data.max(), generated.max()) + 1
    # Each bin holds the same number of integers; otherwise the histogram has teeth.
    step = max(1, round((high - low) / 40))
    bins = np.arange(low, high + step, step)
    of_data, of_generated = (np.histogram(values, bins)[0] / len(values) for values in (data, generated))
    return bins, (of_data, of_generated)
