"""Draw a glyph as colored points, and write points as a data set. The sample data set was drawn by this code."""

import io
from pathlib import Path

import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image, ImageDraw, ImageFont

from data.points import PICTURE, XS, YS

# The colors at the corners of the picture: gold, orange-red, magenta, sky blue.
CORNERS = np.array([[[255, 215, 60], [255, 100, 70]], [[235, 60, 215], [50, 130, 255]]], float)
COLOR_NOISE = 7.0
FONT = FontProperties(family="STIXGeneral", weight="bold")


def glyph_mask(text: str = "π", size: int = 300) -> np.ndarray:
    """Where the glyph covers a picture of `size` x `size` pixels: booleans `(size, size)`, indexed [row, column]."""
    path, margin = findfont(FONT), 0.1 * size
    left, top, right, bottom = ImageFont.truetype(path, size).getbbox(text)
    font = ImageFont.truetype(path, size * (size - 2 * margin) / max(right - left, bottom - top))
    left, top, right, bottom = font.getbbox(text)
    canvas = Image.new("L", (size, size))
    ImageDraw.Draw(canvas).text(((size - left - right) / 2, (size - top - bottom) / 2), text, font=font, fill=255)
    return np.asarray(canvas) > 127


def draw(mask: np.ndarray, n: int = 5000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Scatter `n` distinct pixels over `mask`: their rows `(n,)`, their columns `(n,)`, and the picture as a JPEG.

    Colors run smoothly between those of the four corners, plus normal noise of `COLOR_NOISE` levels. Each seed is
    another draw from the same distribution.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.nonzero(mask)
    chosen = rng.choice(len(rows), n, replace=False)
    rows, columns = rows[chosen], columns[chosen]
    down, across = (rows / mask.shape[0])[:, None], (columns / mask.shape[1])[:, None]
    top, bottom = ((1 - across) * left + across * right for left, right in CORNERS)
    colors = (1 - down) * top + down * bottom + rng.normal(0, COLOR_NOISE, (n, 3))
    return rows, columns, on_black(rows, columns, colors, mask.shape)


def on_black(rows: np.ndarray, columns: np.ndarray, colors: np.ndarray, shape: tuple[int, int]) -> bytes:
    """The points `(n,)` in their colors `(n, 3)` on a black picture of height and width `shape`, as a JPEG."""
    picture = np.zeros((*shape, 3), np.uint8)
    picture[rows, columns] = colors.round().clip(0, 255)
    jpeg = io.BytesIO()
    Image.fromarray(picture).save(jpeg, "JPEG", quality=95, subsampling=0)
    return jpeg.getvalue()


def write(folder: str | Path, rows: np.ndarray, columns: np.ndarray, jpeg: bytes) -> None:
    """Write a drawn set in the form that the program reads."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / XS, rows)
    np.save(folder / YS, columns)
    (folder / PICTURE).write_bytes(jpeg)
