"""The points: reading, checking, scaling, splitting and batching them; drawing and painting data sets.

A point has five coordinates: x is the row and y the column of a pixel; r, g, b are its color, 0 to 255.
"""

from typing import Any, TypeVar

import utils  # noqa: F401 - says which packages are missing before the first of them is imported

# isort: split
import numpy as np

N_COORDINATES = 5  # x, y, r, g, b
PLACES, COLORS = slice(0, 2), slice(2, 5)
N_LEVELS = 256  # of a color channel

Points = TypeVar("Points", bound=Any)  # an array of NumPy, or a tensor


def random_subset(points: Points, most: int) -> Points:
    """`points (n, ...)`, or `most` of them, drawn at random without replacement, the same each time."""
    if len(points) <= most:
        return points
    return points[np.random.default_rng(0).choice(len(points), most, replace=False)]
