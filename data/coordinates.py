"""The coordinates of a point, by name and position: the one place that knows there are five.

x is the row and y the column of a pixel; r, g, b are its color, 0 to 255.
"""

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

NAMES = ("x", "y", "r", "g", "b")
N_COORDINATES = len(NAMES)
PLACES, COLORS = slice(0, 2), slice(2, 5)
# Values of a color channel.
N_LEVELS = 256

Points = TypeVar("Points", np.ndarray, "Tensor")


def random_subset(points: Points, most: int) -> Points:
    """`points (n, ...)`, or `most` of them, drawn at random without replacement, the same each time."""
    if len(points) <= most:
        return points
    return points[np.random.default_rng(0).choice(len(points), most, replace=False)]
