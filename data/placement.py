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

    The line names the change that would put them on the figure, if there is one. `picture` is `(height, width, 3 or 4)`.
    Raises InputError if points lie outside of the picture, or rows and columns, which the `files` hold, are exchanged.
    """
    height, width = picture.shape[:2]

    def astray(x: np.ndarray, y: np.ndarray) -> float:
        """The share of points outside of the picture or on its background."""
        inside = (x >= 0) & (x < height) & (y >= 0) & (y < width)
        pixels = picture[x[inside], y[inside]]
        return float(1 - (~background.holds(pixels) if background else np.ones(len(pixels))).sum() / len(x))

    as_given, leaves = astray(x, y), [*_out_of_bounds(files, (x, y), (height, width))]
    if not leaves and as_given < 0.05:
        return
    # Every few pixels of a large picture are enough.
    step = 1 + max(height, width) // 2000
    figure = step * np.argwhere(~background.holds(picture[::step, ::step])).T if background else np.empty((2, 0), int)
    changes = [(astray(*places), name) for name, places in _changes(x, y, height, width, figure)]
    share, change = min(changes, key=lambda each: (each[0], len(each[1])))
    advice = (
        f"with {EXCHANGED}, all points would fit: {files[0].name} must hold the rows and {files[1].name} the columns"
    )
    if leaves:
        hint = "the numbers must be pixel indices, from 0"
        if share <= 0.1:
            hint = advice if change == EXCHANGED else f"with {change}, all points would fit"
        raise InputError(f"{leaves[0]}; {hint}")
    given = f"{as_given:.0%} of the points lie on the background"
    if change == EXCHANGED and as_given >= 0.3 and share <= 0.1:
        raise InputError(f"{files[0].parent}: the axes are swapped: {given}, exchanged {share:.0%}; {advice}")
    if share <= as_given / 4:
        print(f"{files[0].parent}: {given}; with {change}, only {share:.0%} would")
    elif as_given >= 0.3 and (reason := _mismatch(x, y, height, width, figure)):
        print(f"{files[0].parent}: {given}; {reason}")


def _out_of_bounds(files: tuple[Path, Path], places: tuple, sizes: tuple[int, int]) -> Iterator[str]:
    for file, values, size, axis in zip(files, places, sizes, ("rows", "columns"), strict=True):
        if values.min() < 0 or values.max() >= size:
            yield f"{file}: {values.min()} to {values.max()} leaves the picture, which has {size} {axis}"


def _changes(
    x: np.ndarray, y: np.ndarray, height: int, width: int, figure: np.ndarray
) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """What may undo a mistake in rows `x (n,)` and columns `y (n,)`: its name, and other rows and columns."""
    for order, (rows, columns) in ((EXCHANGED, (y, x)), ("", (x, y))):
        for below, right in product(("", "rows counted from below"), ("", "columns counted from the right")):
            name = " and ".join(filter(None, (order, below, right)))
            yield name or "nothing", (height - 1 - rows if below else rows, width - 1 - columns if right else columns)
    yield "one of the two files in reverse order", (x[::-1], y)
    yield "rows and columns counted from 0 in place of 1", (x - 1, y - 1)
    if figure.size:
        places = np.stack([x, y])
        moved = figure.min(1) - places.min(1)
        yield "rows moved by {} and columns by {}".format(*moved), tuple(places + moved[:, None])
        scale = (figure.max(1) + 1) / (np.maximum(places.max(1), 0) + 1)
        yield (
            "rows times {:.2f} and columns times {:.2f}".format(*scale),
            tuple(((places + 0.5) * scale[:, None]).astype(int)),
        )


def _mismatch(x: np.ndarray, y: np.ndarray, height: int, width: int, figure: np.ndarray) -> str | None:
    """Why points that lie on the background are no part of the figure `(2, k)`; None if they may be pale parts of it."""
    # Squares so large that each has more than ten points, where points are everywhere.
    bins, limits = int(np.clip(np.sqrt(len(x)) / 4, 2, 32)), ((0, height), (0, width))
    points, pixels = (np.histogram2d(*places, bins, limits)[0] for places in ((x, y), figure))
    if not pixels.any() or points[pixels == 0].sum() < 0.1 * len(x):
        return None
    if pixels[points == 0].sum() > 0.25 * pixels.sum():
        return "no simple change would put them on the figure, so they may belong to another picture"
    alone = [np.abs(points.sum(i) / points.sum() - pixels.sum(i) / pixels.sum()).sum() / 2 for i in (0, 1)]
    if max(alone) < 0.1:
        return "rows and columns fit the figure, but not together, so one of the files may be in another order"
    return None
