"""What is background in a picture: the few colors that its border, or most of it, consists of."""

from functools import reduce
from typing import NamedTuple

import numpy as np

# Colors that differ by at most this much in each channel may belong to one noisy or unevenly lit background.
SPREAD = 40
# This many pixels are enough to look at.
ENOUGH = 50_000


class Background(NamedTuple):
    """The background's `colors (k, 3)`, the most frequent first, and the `noise` in them, in levels of 256."""

    colors: np.ndarray
    noise: float = 0.0

    @property
    def color(self) -> tuple[int, int, int]:
        """The most frequent color."""
        red, green, blue = (int(level) for level in self.colors[0].round())
        return red, green, blue

    def distance(self, colors: np.ndarray) -> np.ndarray:
        """How far `colors (..., 3)` are from the background: the largest difference of a channel, 0 to 255."""
        # Channel by channel, because pictures may have a hundred million pixels.
        each = (
            reduce(np.maximum, (np.abs(colors[..., i] - level) for i, level in enumerate(color.astype(np.float32))))
            for color in self.colors
        )
        return reduce(np.minimum, each)

    def holds(self, colors: np.ndarray) -> np.ndarray:
        """Which of `colors (..., 3)` belong to the background: booleans `(...)`."""
        return self.distance(colors) <= max(SPREAD, min(2 * self.noise, 2 * SPREAD))


def find_background(picture: np.ndarray, opaque: np.ndarray | None = None) -> Background | None:
    """The background of `picture (height, width, 3)`, or None if no few colors stand out.

    These are up to three colors that cover 80% of the border, or one that covers 60% of the whole picture. Only pixels
    that are `opaque (height, width)` count, if that is given.
    """
    height, width = picture.shape[:2]
    edge = max(1, round(min(height, width) / 50))
    border = np.ones((height, width), bool)
    border[edge:-edge, edge:-edge] = False
    for where, n_colors, least in ((border, 3, 0.8), (np.ones_like(border), 1, 0.6)):
        pixels = picture[where if opaque is None else where & opaque].astype(float)
        found = _frequent_colors(pixels[:: 1 + len(pixels) // ENOUGH], n_colors, least)
        # Several colors that leave nothing over are the picture itself, not what is behind a figure.
        if found and (len(found.colors) == 1 or found.holds(picture).mean() <= 0.98):
            return found
    return None


def _frequent_colors(pixels: np.ndarray, most: int, least: float) -> Background | None:
    """At most `most` colors that cover a share of at least `least` of the `pixels (n, 3)`."""
    colors: list[np.ndarray] = []
    rest, residuals = pixels, []
    while len(rest) and len(colors) < most and len(rest) > (1 - least) * len(pixels):
        cells = (rest // SPREAD).astype(int) @ [1, 100, 10_000]
        values, counts = np.unique(cells, return_counts=True)
        color = np.median(rest[cells == values[counts.argmax()]], axis=0)
        # Once more around that color, because the cell may have cut its neighborhood.
        color = np.median(rest[np.abs(rest - color).max(-1) <= SPREAD], axis=0)
        near = np.abs(rest - color).max(-1) <= SPREAD
        if not near.any():
            break
        colors.append(color)
        residuals.append(np.abs(rest[near] - color).max(-1))
        rest = rest[~near]
    if not colors or len(rest) > (1 - least) * len(pixels):
        return None
    # The median absolute deviation, scaled to the standard deviation of a normal distribution.
    return Background(np.array(colors), 1.48 * float(np.median(np.concatenate(residuals))))
