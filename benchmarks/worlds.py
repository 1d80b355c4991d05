"""Known distributions of points, which can be drawn from again and again."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from data import COLORS, PLACES
from data.drawing import COLOR_NOISE, CORNERS, as_jpeg
from data.pictures import Canvas

# Pictures from which true points with JPEG errors of their own are taken.
N_PICTURES = 60
Colors = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


@dataclass
class World:
    """A known distribution: `weights (height, width)` of the pixels, and a law of colors given places in [0, 1).

    `stored` is "PNG", "JPEG" as the project writes it, or "JPEG 75" with subsampled color. `repeats`: whether data
    may hold a pixel twice.
    """

    weights: np.ndarray
    colors: Colors
    n: int = 5000
    stored: str = "PNG"
    repeats: bool = False

    def data(self, rng: np.random.Generator) -> np.ndarray:
        """A data set `(n, 5)`: all points from one picture."""
        p = self.weights.ravel() / self.weights.sum()
        return self._painted(rng.choice(p.size, self.n, replace=self.repeats, p=p), rng)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`n` independent points `(n, 5)`, each with the errors of another picture."""
        if self.stored == "PNG":
            p = self.weights.ravel() / self.weights.sum()
            return self._points(rng.choice(p.size, n, p=p), rng)
        return rng.choice(self._pool, n, replace=False)

    @cached_property
    def _pool(self) -> np.ndarray:
        rng = np.random.default_rng(1000)
        return np.vstack([self.data(rng) for _ in range(N_PICTURES)])

    def _points(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows, columns = np.divmod(pixels, self.weights.shape[1])
        colors = self.colors(rows / self.weights.shape[0], columns / self.weights.shape[1], rng)
        return np.column_stack([rows, columns, colors.round().clip(0, 255)]).astype(np.int64)

    def _painted(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        points = self._points(pixels, rng)
        if self.stored == "PNG":
            return points
        rows, columns = points[:, PLACES].T
        if self.stored == "JPEG":
            file = io.BytesIO(as_jpeg(points, Canvas(*self.weights.shape)))
        else:
            picture, file = np.zeros((*self.weights.shape, 3), np.uint8), io.BytesIO()
            picture[rows, columns] = points[:, COLORS]
            Image.fromarray(picture).save(file, "JPEG", quality=75)
        return np.column_stack([rows, columns, np.asarray(Image.open(file))[rows, columns]]).astype(np.int64)


def smooth(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The colors of the sample set."""
    u, v = u[:, None], v[:, None]
    top, bottom = ((1 - v) * left + v * right for left, right in CORNERS)
    return (1 - u) * top + u * bottom + rng.normal(0, COLOR_NOISE, (len(u), 3))


def gray(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grays, r = g = b, that change with the place."""
    return np.repeat((50 + 160 * u * (1 - v) + 20 * v + rng.normal(0, 4, len(u)))[:, None], 3, axis=1)


def flat(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Four colors with hard borders between them."""
    palette = np.array([[230, 40, 50], [40, 60, 200], [240, 220, 60], [120, 120, 120]], float)
    return palette[2 * (u > 0.5) + (v > 0.45)]


def one_color(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One color everywhere."""
    return np.tile([200.0, 120.0, 60.0], (len(u), 1))


def landscape(height: int, width: int) -> tuple[np.ndarray, Colors]:
    """Brightness and colors as of a photo: light from one side, soft shapes, texture, and dark parts without points."""
    u, v = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    grain = np.random.default_rng(7).normal(0, 12, (height, width, 3))
    light = 120 + 60 * np.sin(5 * u + 2) * np.cos(4 * v) + 60 * (u - v)
    picture = (light[..., None] + np.stack([40 * u, 20 * np.sin(9 * v), 50 * v], -1) + grain).clip(0, 255)
    weights = np.where(picture.max(2) > 60, picture.max(2), 0)

    def colors(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return picture[(u * height).round().astype(int), (v * width).round().astype(int)]

    return weights, colors


def two_places() -> np.ndarray:
    """A picture of which two pixels have points."""
    weights = np.zeros((40, 60))
    weights[10, 20], weights[30, 50] = 1, 2
    return weights
