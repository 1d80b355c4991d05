import io

import numpy as np
import pytest
from PIL import Image

from data.drawing import draw, glyph_mask


@pytest.fixture(scope="session")
def sets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training points, held-out points, and fresh points of the same distribution, which no test can change."""
    mask = glyph_mask(size=200)
    drawn = []
    for seed in (0, 1):
        rows, columns, jpeg = draw(mask, 2000, seed)
        points = np.column_stack([rows, columns, np.asarray(Image.open(io.BytesIO(jpeg)))[rows, columns]])
        points = np.random.default_rng(seed).permutation(points.astype(np.int64))
        points.flags.writeable = False
        drawn.append(points)
    return drawn[0][:1600], drawn[0][1600:], drawn[1]
