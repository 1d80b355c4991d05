"""Points of worlds that can be drawn from again: a glyph in the colors of the sample set."""

import io

import numpy as np
from PIL import Image

from data.glyph import draw, glyph_mask


def drawn(mask: np.ndarray, n: int, seed: int) -> np.ndarray:
    """`n` points `(n, 5)` scattered over `mask`; each seed is another draw."""
    rows, columns, jpeg = draw(mask, n, seed)
    picture = np.asarray(Image.open(io.BytesIO(jpeg)))
    return np.column_stack([rows, columns, picture[rows, columns]]).astype(np.int64)


def world(size: int, n: int, seed: int = 0) -> np.ndarray:
    """`n` points `(n, 5)` of a π in a picture of `size` x `size` pixels; each seed is another draw."""
    return drawn(glyph_mask(size=size), n, seed)
