"""The background of a picture: what it is, and whether points lie on it that belong on the figure."""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from data import random_subset
from utils.system.errors import InputError

# Colors that differ by at most this much in each channel may belong to one noisy or unevenly lit background.
SPREAD = 40
EXCHANGED = "the two files exchanged"


class Background(NamedTuple):
    """Integer `colors (k, 3)`, the most frequent first, and their standard deviation; and all that is transparent."""

    colors: np.ndarray
    noise: float = 0.0

    def distance(self, pixels: np.ndarray) -> np.ndarray:
        """How far `pixels (..., 3 or 4)` are from the background: the largest difference in a channel, 0 to 255."""
        # In 16 bits, because pictures may have a hundred million pixels.
        differences = (np.abs(pixels[..., :3] - color).max(-1) for color in self.colors.astype(np.int16))
        return functools.reduce(np.minimum, differences, np.full(pixels.shape[:-1], 255, np.int16))

    def holds(self, pixels: np.ndarray) -> np.ndarray:
        """Which of `pixels (..., 3 or 4)` belong to the background: booleans `(...)`."""
        return (self.distance(pixels) <= max(SPREAD, 2 * self.noise)) | (opacity(pixels) < 0.5)


TRANSPARENT = Background(np.empty((0, 3), int))


def opacity(pixels: np.ndarray) -> np.ndarray:
    """The opacity of `pixels (..., 3 or 4)`, relative to the most opaque one: float32 `(...)`, 0 to 1."""
    if pixels.shape[-1] < 4:
        return np.ones(pixels.shape[:-1], np.float32)
    return pixels[..., 3] / np.float32(max(1, pixels[..., 3].max(initial=0)))


def find_background(picture: np.ndarray) -> Background:
    """The background of `picture (height, width, 3 or 4)`.

    It consists of up to three colors that cover 80% of the border, or of one that covers 60% of the whole picture. Only
    opaque pixels count. If there are no such colors, or half of the border is transparent, only what is transparent is.
    """
    opaque, edge = opacity(picture) >= 0.5, max(1, round(min(picture.shape[:2]) / 50))
    if np.concatenate([opaque[0], opaque[-1], opaque[:, 0], opaque[:, -1]]).mean() < 0.5:
        return TRANSPARENT
    parts = np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]
    background = _frequent_colors([random_subset(picture[part][opaque[part]][:, :3], 20_000) for part in parts], 3, 0.8)
    # Several colors that leave nothing over are the picture itself, not what is behind a figure.
    if background and (len(background.colors) == 1 or background.holds(picture).mean() <= 0.98):
        return background
    return _frequent_colors([random_subset(picture[opaque][:, :3], 50_000)], 1, 0.6) or TRANSPARENT


def canvas_color(background: Background, colors: np.ndarray) -> tuple[int, ...]:
    """What points of these `colors (n, 3)` stand out on: the background's color, or else black or white."""
    if len(background.colors) and np.median(background.distance(colors)) > 10:
        return tuple(background.colors[0].tolist())
    return (0, 0, 0) if colors.mean() > 127 else (255, 255, 255)


def check_placement(folder: Path, picture: np.ndarray, background: Background, places: np.ndarray) -> None:
    """Print a line if a simple change would take `places (n, 2)`, rows and columns, from the background to the figure.

    Raises InputError if they lie outside of the `picture (height, width, 3 or 4)`, or if the two are exchanged.
    """
    height, width = shape = picture.shape[:2]

    def astray(places: np.ndarray) -> float:
        """The share of points, at `places (n, 2)`, outside of the picture or on its background."""
        inside = places[((places >= 0) & (places < shape)).all(1)]
        return float(1 - (~background.holds(picture[tuple(inside.T)])).sum() / len(places))

    low, high, share = places.min(0), places.max(0), astray(places)
    leave_picture = (low < 0).any() or (high >= shape).any()
    if share < 0.05 and not leave_picture:
        return
    changes = {
        EXCHANGED: places[:, ::-1],
        "rows counted from below": places * (-1, 1) + (height - 1, 0),
        "one of the two files in reverse order": np.column_stack([places[::-1, 0], places[:, 1]]),
    }
    figure = ~background.holds(picture)
    box = Image.fromarray(figure).getbbox()
    # Anything can be made of points that lie together, and nothing of a picture that is all figure.
    if box and not figure.all() and (high - low).min() >= 10:
        left, top, right, bottom = box
        shift, scale = (top, left) - low, (bottom, right) / np.maximum(1, high + 1)
        changes["rows moved by {} and columns by {}".format(*shift)] = places + shift
        changes["rows times {:.2f} and columns times {:.2f}".format(*scale)] = ((places + 0.5) * scale).astype(int)
    rest, change = min(((astray(changed), change) for change, changed in changes.items()), key=lambda each: each[0])
    fits = f"with {change}, all points would fit" if rest <= 0.1 else "give pixel indices, from 0"
    if leave_picture:
        extent = f"rows from {low[0]} to {high[0]} and columns from {low[1]} to {high[1]}"
        raise InputError(f"{folder}: {extent} leave the picture, which has {height} and {width}; {fits}")
    where = f"{folder}: {share:.0%} of the points lie on the background"
    if change == EXCHANGED and share >= 0.3 and rest <= 0.1:
        raise InputError(f"{where}: the axes are swapped; {fits}")
    if rest <= share / 4:
        print(f"{where}; with {change}, {rest:.0%} would")


def _frequent_colors(areas: list[np.ndarray], most: int, share: float) -> Background | None:
    """At most `most` colors that together cover a `share` of the pixels `(n, 3)` of `areas`.

    Each must be in all areas, as in a pattern, or differ little from another, as in noise or uneven light: the ground
    that a figure stands on is no second background beside the sky.
    """
    colors: list[np.ndarray] = []
    pixels = rest = np.concatenate(areas).astype(int)
    while len(colors) < most and len(rest) > (1 - share) * len(pixels):
        cells, counts = np.unique(rest // SPREAD, axis=0, return_counts=True)
        middle = (cells[counts.argmax()] + 0.5) * SPREAD
        color = np.median(rest[np.abs(rest - middle).max(1) <= SPREAD], axis=0).astype(int)
        is_everywhere = all((np.abs(area - color).max(1) <= SPREAD).mean() > 0.05 for area in areas)
        if colors and not is_everywhere and np.abs(colors - color).max(1).min() > 2 * SPREAD:
            return None
        colors.append(color)
        rest = rest[np.abs(rest - color).max(1) > SPREAD]
    if len(rest) > (1 - share) * len(pixels):
        return None
    distance = Background(np.array(colors)).distance(pixels)
    # The median absolute deviation, scaled to the standard deviation of a normal distribution.
    return Background(np.array(colors), 1.48 * float(np.median(distance[distance <= SPREAD])))
