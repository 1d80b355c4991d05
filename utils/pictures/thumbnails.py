"""Small pictures of points, and many of them in one."""

import numpy as np
from PIL import Image

from data.coordinates import PLACES
from data.points import Canvas
from utils.pictures.painting import paint

# Colors of a sheet: a palette makes it a third as large, and nobody sees the difference.
SHEET_COLORS = 128


def paint_small(points: np.ndarray, canvas: Canvas, most: int) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, shrunk so that its longer side has `most` pixels or less.

    The points are moved, not blurred: each is still a pixel of its own color.
    """
    factor = min(1, most / max(canvas.height, canvas.width))
    height, width = (max(1, round(factor * side)) for side in (canvas.height, canvas.width))
    moved = points.copy()
    moved[:, PLACES] = (points[:, PLACES] + 0.5) * (height, width) // (canvas.height, canvas.width)
    return paint(moved, Canvas(height, width, canvas.color))


def paint_sheet(drawn: np.ndarray, canvas: Canvas, most: int) -> Image.Image:
    """One picture for each of `drawn (rows, columns, n, 5)`, side by side without a gap, with a common palette."""
    rows, columns = drawn.shape[:2]
    tiles = [[np.asarray(paint_small(points, canvas, most)) for points in row] for row in drawn]
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in tiles]))
    return sheet.quantize(SHEET_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
