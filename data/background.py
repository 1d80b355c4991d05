"""The background of a picture: the few colors that its border, or most of it, consists of."""

from typing import NamedTuple

import numpy as np

# Colors that differ by at most this much in each channel may belong to one noisy or unevenly lit background.
SPREAD = 40


class Background(NamedTuple):
    """The background's integer `colors (k, 3)`, the most frequent first, and the `noise` in them, in levels of 256."""

    colors: np.ndarray
    noise: float = 0.0

    @property
    def color(self) -> tuple[int, int, int]:
        """The most frequent color."""
        red, green, blue = self.colors[0].tolist()
        return red, green, blue

    def distance(self, colors: np.ndarray) -> np.ndarray:
        """The distance of `colors (..., 3)` from the background: the largest difference in a channel, 0 to 255."""
        # In 16 bits, because pictures may have a hundred million pixels.
        each = [np.abs(colors.astype(np.int16) - color.astype(np.int16)).max(-1) for color in self.colors]
        return np.min(each, axis=0)

    def holds(self, colors: np.ndarray) -> np.ndarray:
        """Which of `colors (..., 3)` belong to the background: booleans `(...)`."""
        return self.distance(colors) <= max(SPREAD, 2 * self.noise)


def find_background(picture: np.ndarray, opaque: np.ndarray | None = None) -> Background | None:
    """The background of `picture (height, width, 3)`, or None if no few colors stand out.

    It consists of up to three colors that cover 80% of the border, or of one that covers 60% of the whole picture. Only
    pixels that are `opaque (height, width)` count.
    """
    edge = max(1, round(min(picture.shape[:2]) / 50))
    everywhere = np.ones(picture.shape[:2], bool) if opaque is None else opaque
    border = everywhere.copy()
    border[edge:-edge, edge:-edge] = False
    for where, n_colors, share in ((border, 3, 0.8), (everywhere, 1, 0.6)):
        pixels = picture[where]
        found = _frequent_colors(pixels[:: 1 + len(pixels) // 50_000], n_colors, share)
        # Several colors that leave nothing over are the picture itself, not what is behind a figure.
        if found and (len(found.colors) == 1 or found.holds(picture).mean() <= 0.98):
            return found
    return None


def _frequent_colors(pixels: np.ndarray, most: int, share: float) -> Background | None:
    """At most `most` colors that cover a `share` of the `pixels (n, 3)`."""
    colors: list[np.ndarray] = []
    rest = pixels.astype(int)
    while len(colors) < most and len(rest) > (1 - share) * len(pixels):
        cells, counts = np.unique(rest // SPREAD, axis=0, return_counts=True)
        middle = (cells[counts.argmax()] + 0.5) * SPREAD
        colors.append(np.median(rest[np.abs(rest - middle).max(1) <= SPREAD], axis=0).astype(int))
        rest = rest[np.abs(rest - colors[-1]).max(1) > SPREAD]
    if not colors or len(rest) > (1 - share) * len(pixels):
        return None
    distance = Background(np.array(colors)).distance(pixels)
    # The median absolute deviation, scaled to the standard deviation of a normal distribution.
    return Background(np.array(colors), 1.48 * float(np.median(distance[distance <= SPREAD])))
