"""The explorer of the latent space, as numbers and drawings that report.html shows and its script moves over."""

from typing import Any

import numpy as np

from data.coordinates import COLORS
from data.points import Canvas
from data.thinning import thinned
from utils.evaluation.explorer import CONTOURS, POINTS, Explorer
from utils.pictures.contours import contours
from utils.pictures.embedding import embedded
from utils.pictures.thumbnails import paint_sheet

# The longer side of one of its pictures, in pixels, and the points on its map.
TILE, MAPPED = 200, 1500
# Side of the map, and its height where there is one latent only, in units of its drawing.
MAP, MAP_OF_ONE = 400, 120


def explorer_content(explorer: Explorer, points: np.ndarray, latent_dim: int, canvas: Canvas) -> dict[str, Any]:
    """What the page draws the `explorer` from: its map, its sheet of pictures, and numbers for its script.

    points: the points `(n, 5)` whose posterior means it has.
    latent_dim: the number of latents, of which it shows one or two.
    """
    is_flat = len(explorer.latents) == 1
    height = MAP_OF_ONE if is_flat else MAP
    low, high = (np.array([axis[end] for axis in explorer.axes]) for end in (0, -1))
    shares = (explorer.means - low) / (high - low)
    rng = np.random.default_rng(0)
    # With one latent, the other direction of the map means nothing; it only keeps points apart.
    up = rng.uniform(0.1, 0.9, len(shares)) if is_flat else shares[:, 1]
    x, y = MAP * shares[:, 0], height * (1 - up)
    inside = (x >= 0) & (x <= MAP) & (y >= 0) & (y <= height)
    chosen = thinned(np.flatnonzero(inside), MAPPED)
    rows, columns = explorer.drawn.shape[:2]
    sheet = paint_sheet(explorer.drawn[::-1], canvas, TILE)
    return {
        "latents": [latent + 1 for latent in explorer.latents],
        "others": latent_dim - len(explorer.latents),
        "axes": [[f"{value:.2f}" for value in axis] for axis in explorer.axes],
        "size": (MAP, height),
        "shape": (rows, columns),
        "dots": [
            (f"{x[i]:.1f}", f"{y[i]:.1f}", "#{:02x}{:02x}{:02x}".format(*points[i, COLORS]), points[i].tolist())
            for i in chosen
        ],
        "n_dots": len(chosen),
        "contours": [
            (f"{share:.0%}", path) for share, path in zip(CONTOURS, contours(explorer, MAP, height), strict=True)
        ],
        "likelier": [[round(float(share), 3) for share in row] for row in explorer.likelier[::-1]],
        "sheet": embedded(sheet),
        "tile": (sheet.width // columns, sheet.height // rows),
        "n_points": POINTS,
        "color": "#{:02x}{:02x}{:02x}".format(*canvas.color),
        "start": _likeliest(explorer.likelier[::-1]),
    }


def _likeliest(likelier: np.ndarray) -> tuple[int, int]:
    """The row and the column where the prior expects most."""
    row, column = divmod(int(likelier.argmin()), likelier.shape[1])
    return row, column
