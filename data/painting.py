"""The pictures that points paint, and films of them."""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from data.coordinates import COLORS, PLACES
from data.points import Canvas
from utils.system.files import write_whole


def paint(points: np.ndarray, canvas: Canvas) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, one pixel per point, upright as the input picture is."""
    picture = np.full((canvas.height, canvas.width, 3), canvas.color, np.uint8)
    rows, columns = points[:, PLACES].T
    picture[rows, columns] = points[:, COLORS]
    return Image.fromarray(picture)


def paint_small(points: np.ndarray, canvas: Canvas, most: int, dot: int = 1) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, its longer side at most `most`; points are squares."""
    factor = min(1, most / max(canvas.height, canvas.width))
    size = np.array([max(1, round(factor * side)) for side in (canvas.height, canvas.width)])
    moved = np.tile(points, (dot * dot, 1))
    places = (moved[:, PLACES] + 0.5) * size // (canvas.height, canvas.width)
    places += np.repeat(list(itertools.product(range(dot), repeat=2)), len(points), axis=0)
    moved[:, PLACES] = np.minimum(places, size - 1)
    return paint(moved, Canvas(int(size[0]), int(size[1]), canvas.color))


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write `picture` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    # Little compression: half the size is not worth ten times the time.
    write_whole(path, lambda unfinished: picture.save(unfinished, compress_level=1))


def save_film(path: Path, data: Image.Image, frames: Iterable[Image.Image], captions: Sequence[str]) -> None:
    """Write an endless GIF: `data` on the left, `frames` on the right, each with its caption; the last frame lasts."""
    # Small pictures are enlarged by a whole number, and large ones shrunk; a column has room for a caption.
    factor = max(1, 200 // max(data.size)) if max(data.size) <= 640 else 640 / max(data.size)
    width, height = (max(1, round(factor * side)) for side in data.size)
    column, gap = max(width, 200), 8

    def page(frame: Image.Image, caption: str) -> Image.Image:
        sheet = Image.new("RGB", (2 * column + gap, height + 16))
        for left, picture, text in ((0, data, "data"), (column + gap, frame, caption)):
            sheet.paste(picture.resize((width, height), Image.Resampling.NEAREST), (left + (column - width) // 2, 0))
            ImageDraw.Draw(sheet).text((left + column / 2, height + 8), text, "white", font_size=11, anchor="mm")
        return sheet

    # With one palette for all pages, what does not change from one to the next is not stored again.
    palette = page(data, "data").quantize(128)
    pages = (
        page(frame, caption).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame, caption in zip(frames, captions, strict=True)
    )
    # In milliseconds.
    options: dict[str, Any] = {"duration": [80] * (len(captions) - 1) + [3000], "loop": 0}
    write_whole(path, lambda unfinished: next(pages).save(unfinished, save_all=True, append_images=pages, **options))
