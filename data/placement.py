"""Whether points belong to their picture: they lie in it, and not on its background."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from data.background import Background
from utils.system.errors import InputError

EXCHANGED = "the two files exchanged"


def check_placement(
    files: tuple[Path, Path], picture: np.ndarray, background: Background | None, x: np.ndarray, y: np.ndarray
) -> None:
    """Print a line if many points, at rows `x (n,)` and columns `y (n,)`, lie on the background of the picture.

    The line names the change that would put them on the figure, if one does. `picture` is `(height, width, 3 or 4)`.
    Raises InputError if points lie outside of the picture, or rows and columns, which the `files` hold, are exchanged.
    """
    height, width = picture.shape[:2]

    def astray(x: np.ndarray, y: np.ndarray) -> float:
        """The share of points outside of the picture or on its background."""
        inside = (x >= 0) & (x < height) & (y >= 0) & (y < width)
        is_on_background = background.holds(picture[x[inside], y[inside]]).sum() if background else 0
        return float(1 - (inside.sum() - is_on_background) / len(x))

    outside = [
        f"{file}: {values.min()} to {values.max()} leaves the picture, which has {size} {axis}"
        for file, values, size, axis in zip(files, (x, y), (height, width), ("rows", "columns"), strict=True)
        if values.min() < 0 or values.max() >= size
    ]
    share = astray(x, y)
    if share < 0.05 and not outside:
        return
    # Every few pixels of a large picture are enough.
    step = 1 + max(height, width) // 2000
    figure = step * np.argwhere(~background.holds(picture[::step, ::step])).T if background else np.empty((2, 0), int)
    changes = [(astray(*places), name) for name, *places in _changes(x, y, height, width, figure)]
    rest, change = min(changes, key=lambda each: (each[0], len(each[1])))
    remedy = f"with {change}, all points would fit"
    if change == EXCHANGED:
        remedy += f": {files[0].name} must hold the rows and {files[1].name} the columns"
    if outside:
        raise InputError(f"{outside[0]}; {remedy if rest <= 0.1 else 'the numbers must be pixel indices, from 0'}")
    where = f"{share:.0%} of the points lie on the background"
    if change == EXCHANGED and share >= 0.3 and rest <= 0.1:
        raise InputError(f"{files[0].parent}: the axes are swapped: {where}, exchanged {rest:.0%}; {remedy}")
    if rest <= share / 4:
        print(f"{files[0].parent}: {where}; with {change}, {rest:.0%} would")
    elif share >= 0.15 and _is_another_figure(x, y, height, width, figure):
        print(f"{files[0].parent}: {where}; one of the files may be in another order, or belong to another picture")


def _changes(
    x: np.ndarray, y: np.ndarray, height: int, width: int, figure: np.ndarray
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """What may undo a mistake in rows `x (n,)` and columns `y (n,)`: its name, and other rows and columns."""
    for order, rows, columns in ((EXCHANGED, y, x), ("", x, y)):
        for below, right in product(("", "rows counted from below"), ("", "columns counted from the right")):
            if name := " and ".join(filter(None, (order, below, right))):
                yield name, height - 1 - rows if below else rows, width - 1 - columns if right else columns
    yield "one of the two files in reverse order", x[::-1], y
    yield "rows and columns counted from 0 in place of 1", x - 1, y - 1
    places = np.stack([x, y])
    # Anything can be made of points that lie together.
    if figure.size and np.ptp(places, axis=1).min() >= 10:
        moved = figure.min(1) - places.min(1)
        yield "rows moved by {} and columns by {}".format(*moved), *(places + moved[:, None])
        scale = (figure.max(1) + 1) / np.maximum(1, places.max(1) + 1)
        yield (
            "rows times {:.2f} and columns times {:.2f}".format(*scale),
            *((places + 0.5) * scale[:, None]).astype(int),
        )


def _is_another_figure(x: np.ndarray, y: np.ndarray, height: int, width: int, figure: np.ndarray) -> bool:
    """Whether points on the background are not just pale parts of the figure `(2, k)`: they miss its other parts, too.

    Or they have as many points as the figure has pixels in its rows and its columns, but not where these meet.
    """
    # In squares so large that each has more than ten points, where points are everywhere.
    bins, limits = int(np.clip(len(x) ** 0.5 / 4, 2, 32)), np.array([[0, height], [0, width]])
    points = np.histogram2d(x, y, bins, limits)[0] / len(x)
    pixels = np.histogram2d(figure[0], figure[1], bins, limits)[0] / max(1, figure.shape[1])
    differences = [np.abs(points.sum(axis) - pixels.sum(axis)).sum() / 2 for axis in (0, 1)]
    is_far = pixels.any() and points[pixels == 0].sum() >= 0.1
    return bool(is_far and (pixels[points == 0].sum() > 0.25 or max(differences) < 0.1))
