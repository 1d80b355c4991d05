import io
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from data.drawing import draw, glyph_mask


class Sets(NamedTuple):
    """Training points, held-out points, and fresh points of the same distribution, which no test can change."""

    train: np.ndarray
    held_out: np.ndarray
    fresh: np.ndarray


@pytest.fixture(scope="session")
def sets() -> Sets:
    mask = glyph_mask(size=200)
    drawn = []
    for seed in (0, 1):
        rows, columns, jpeg = draw(mask, 2000, seed)
        points = np.column_stack([rows, columns, np.asarray(Image.open(io.BytesIO(jpeg)))[rows, columns]])
        points = np.random.default_rng(seed).permutation(points.astype(np.int64))
        points.flags.writeable = False
        drawn.append(points)
    return Sets(drawn[0][:1600], drawn[0][1600:], drawn[1])
