"""The explorer of the latent space: the numbers and pictures that report.html shows and its script moves over."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from data.coordinates import COLORS
from data.thinning import thinned
from utils.evaluation.latent import POINTS
from utils.pictures.latent import draw_map, map_shape
from utils.pictures.painting import embedded, paint_sheet
from utils.pictures.style import as_svg
from utils.run import Run

# The longer side of one of its pictures and the side of a point on it, in pixels, and the points on its map.
TILE, DOT, MAPPED = 200, 2, 1500
# Where the map's axes are in its figure: left, bottom, width and height in shares of it.
BOX = (0.13, 0.12, 0.86, 0.86)


def explorer_content(run: Run) -> dict[str, Any]:
    """What the page of `run` shows of its latent space; `script` is what its script needs to know."""
    found = run.map
    figure = Figure(figsize=(5.2, 5.2 * map_shape(run.data.canvas)))
    left, bottom, width, height = BOX
    draw_map(figure.add_axes(BOX), found, run.shown[:, COLORS], run.data.canvas)
    # In shares of the map, from the upper left corner, as on a screen.
    low, high = (np.array([axis[end] for axis in found.grid]) for end in (0, -1))
    dots = (found.means - low) / (high - low)
    chosen = thinned(np.flatnonzero(((dots >= 0) & (dots <= 1)).all(1)), MAPPED)
    sheet = paint_sheet(found.points, run.data.canvas, TILE, DOT)
    rows, columns = found.likelier.shape
    script = {
        "latents": [latent + 1 for latent in found.latents],
        "axes": [[f"{round(value, 2) + 0:.2f}" for value in axis] for axis in found.positions],
        "shape": (rows, columns),
        "tile": (sheet.width // columns, sheet.height // rows),
        "canvas": (run.data.canvas.height, run.data.canvas.width),
        "start": [int(index) for index in np.unravel_index(found.likelier.argmin(), (rows, columns))],
        "dots": dots[chosen].round(4).tolist(),
        "points": run.shown[chosen].tolist(),
        "words": [_words(inner, outer) for inner, outer in pairwise((0, *found.contours, 1))],
        "places": np.searchsorted(found.contours, found.likelier).tolist(),
    }
    return {
        "map": as_svg(figure, "map"),
        "box": [f"{100 * share:.2f}%" for share in (left, 1 - bottom - height, width, height)],
        "sheet": embedded(sheet),
        "others": run.means.shape[1] - len(found.latents),
        "n_points": POINTS,
        "script": script,
    }


def _words(inner: float, outer: float) -> str:
    """Where a position is that lies between the contours that hold the shares `inner` and `outer` of the prior."""
    if outer == 1:
        return f"outside of the {inner:.0%} line: the prior has next to nothing here, and the decoder extrapolates"
    return f"between the {inner:.0%} and the {outer:.0%} line" if inner else f"within the {outer:.0%} line"
