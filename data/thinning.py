"""Fewer points where all would be too many."""

from typing import TypeVar

import numpy as np
from torch import Tensor

Sequence = TypeVar("Sequence", np.ndarray, Tensor)


def thinned(points: Sequence, most: int) -> Sequence:
    """`points (n, ...)`, or `most` of them, evenly spaced from the first to the last."""
    if len(points) <= most:
        return points
    return points[np.linspace(0, len(points) - 1, most).round().astype(int)]
