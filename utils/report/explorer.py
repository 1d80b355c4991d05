"""The explorer of the latent space: the numbers and pictures that report.html shows and its script moves over."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from data.coordinates import COLORS
from data.thinning import thinned
from utils.evaluation.latent import CONTOURS, POINTS
from utils.pictures.latent import draw_map
from utils.pictures.painting import paint_sheet
from utils.pictures.style import as_svg, styled
from utils.report.embedding import embedded
from utils.run import Run

# The longer side of one of its pictures and the side of a point on it, in pixels, and the points on its map.
TILE, DOT, MAPPED = 200, 2, 1500
# Of the map: width and height in inches, with one latent and with two; and where its axes are, in shares of these.
SIZES, LEFT, BOTTOM = {1: (5.2, 2.6), 2: (5.2, 5.2)}, 0.13, 0.6


def explorer_content(run: Run) -> dict[str, Any]:
    """What the page of `run` is to show of its latent space, and the numbers for its script."""
    found = run.map
    is_flat = len(found.latents) == 1
    low, high = (np.array([axis[end] for axis in found.positions]) for end in (0, -1))
    shares = (found.means - low) / (high - low)
    chosen = thinned(np.flatnonzero(((shares >= 0) & (shares <= 1)).all(1)), MAPPED)
    # From the upper left corner, as on a screen.
    x, y = shares[chosen, 0], np.full(len(chosen), 0.5) if is_flat else 1 - shares[chosen, 1]
    rows, columns = found.likelier.shape
    sheet = paint_sheet(found.points[::-1], run.data.canvas, TILE, DOT)
    likelier = found.likelier[::-1]
    start = np.unravel_index(int(likelier.argmin()), likelier.shape)
    axes = [[f"{round(value, 2) + 0:.2f}" for value in axis] for axis in found.positions]
    figure, box = _plot_map(run)
    return {
        "latents": [latent + 1 for latent in found.latents],
        "others": run.means.shape[1] - len(found.latents),
        "axes": axes,
        "shape": (rows, columns),
        "map": as_svg(figure, "map"),
        "box": [f"{100 * share:.2f}%" for share in box],
        "sheet": embedded(sheet),
        "tile": (sheet.width // columns, sheet.height // rows),
        "contours": ", ".join(f"{share:.0%}" for share in CONTOURS),
        "n_points": POINTS,
        "n_dots": len(found.means),
        "script": {
            "latents": [latent + 1 for latent in found.latents],
            "axes": axes,
            "shape": (rows, columns),
            "tile": (sheet.width // columns, sheet.height // rows),
            "canvas": (run.data.canvas.height, run.data.canvas.width),
            "start": [int(index) for index in start],
            "dots": np.round(np.column_stack([x, y]), 4).tolist(),
            "points": run.shown[chosen].tolist(),
            "words": [_words(share) for share in (0, *CONTOURS)],
            "places": np.searchsorted(CONTOURS, likelier).tolist(),
        },
    }


def _words(inner: float) -> str:
    """Where a position is that lies beyond the contour that holds the share `inner` of the prior."""
    if inner == CONTOURS[-1]:
        return f"outside of the {inner:.0%} line: the prior has next to nothing here, and the decoder extrapolates"
    outer = min(share for share in CONTOURS if share > inner)
    return f"between the {inner:.0%} and the {outer:.0%} line" if inner else f"within the {outer:.0%} line"


def _plot_map(run: Run) -> tuple[Figure, tuple[float, ...]]:
    """The map, and where its axes are: left, top, width and height in shares of the figure."""
    width, height = SIZES[len(run.map.latents)]
    box = (LEFT, 0.02, 0.99 - LEFT, 0.98 - BOTTOM / height)

    @styled
    def plot() -> Figure:
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((box[0], 1 - box[1] - box[3], box[2], box[3]))
        draw_map(axes, run.map, run.shown[:, COLORS], run.data.canvas)
        return figure

    return plot(), box
