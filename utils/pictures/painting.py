"""The pictures that points paint, large, small and many in one, and films of them."""

import base64
import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from data.coordinates import COLORS, N_COLORS, PLACES
from data.points import Canvas
from utils.program.files import write_whole

FRAME_MS, LAST_FRAME_MS = 80, 3000
GAP, CAPTION_HEIGHT = 8, 16
# The longer side of a frame, in pixels: room for a caption, and no more than a screen shows.
LEAST_SIDE, MOST_SIDE = 200, 640


def paint(points: np.ndarray, canvas: Canvas) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, one pixel per point, upright as the input picture is."""
    picture = np.full((canvas.height, canvas.width, N_COLORS), canvas.color, np.uint8)
    # In blocks, because a file of many points is read as it is indexed.
    for block in np.array_split(points, 1 + len(points) // 1_000_000):
        rows, columns = block[:, PLACES].T
        picture[rows, columns] = block[:, COLORS]
    return Image.fromarray(picture)


def paint_small(points: np.ndarray, canvas: Canvas, most: int, dot: int = 1) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, shrunk so that its longer side has `most` pixels or less.

    The points are moved, not blurred: each is a square of `dot` by `dot` pixels of its own color.
    """
    factor = min(1, most / max(canvas.height, canvas.width))
    size = np.array([max(1, round(factor * side)) for side in (canvas.height, canvas.width)])
    moved = np.tile(points, (dot * dot, 1))
    places = (moved[:, PLACES] + 0.5) * size // (canvas.height, canvas.width)
    places += np.repeat(list(itertools.product(range(dot), repeat=2)), len(points), axis=0)
    moved[:, PLACES] = np.minimum(places, size - 1)
    return paint(moved, Canvas(int(size[0]), int(size[1]), canvas.color))


def paint_sheet(drawn: np.ndarray, canvas: Canvas, most: int, dot: int = 1) -> Image.Image:
    """One picture for each of `drawn (rows, columns, n, 5)`, side by side without a gap."""
    tiles = [[np.asarray(paint_small(points, canvas, most, dot)) for points in row] for row in drawn]
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in tiles]))
    # A palette makes a file a third as large, and nobody sees the difference.
    return sheet.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def embedded(picture: Image.Image, kind: str = "png", **options: Any) -> str:
    """An address that holds `picture`, for a page that needs no other file; `options` are those of Pillow."""
    packed = io.BytesIO()
    picture.save(packed, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(packed.getvalue()).decode()}"


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write `picture` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    # Little compression: half the size is not worth ten times the time.
    write_whole(path, lambda unfinished: picture.save(unfinished, compress_level=1))


def save_film(path: Path, data: Image.Image, frames: Iterable[Image.Image], captions: Sequence[str]) -> None:
    """Write an endless GIF: `data` on the left, `frames` on the right, each with a caption; the last frame lasts.

    Small pictures are enlarged by a whole number, and large ones shrunk. `frames`, as many as `captions`, are taken one
    at a time, so that memory does not grow with their number.
    """
    # Imported late: it takes a while to load, and painting, which training does after each epoch, does not need it.
    from matplotlib.font_manager import findfont

    longer = max(data.size)
    factor = max(1, LEAST_SIDE // longer) if longer <= MOST_SIDE else MOST_SIDE / longer
    width, height = (max(1, round(factor * side)) for side in data.size)
    column = max(width, LEAST_SIDE)
    # Pillow's own font has no Greek letters; one of matplotlib's has.
    font = ImageFont.truetype(findfont("DejaVu Sans"), 11)

    def page(frame: Image.Image, caption: str) -> Image.Image:
        sheet = Image.new("RGB", (2 * column + GAP, height + CAPTION_HEIGHT))
        for left, picture, text in ((0, data, "data"), (column + GAP, frame, caption)):
            sheet.paste(picture.resize((width, height), Image.Resampling.NEAREST), (left + (column - width) // 2, 0))
            middle = (left + column / 2, height + CAPTION_HEIGHT / 2)
            ImageDraw.Draw(sheet).text(middle, text, font=font, fill="white", anchor="mm")
        return sheet

    # With one palette for all pages, what does not change from one to the next is not stored again.
    palette = page(data, "data").quantize(128)
    pages = (
        page(frame, caption).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame, caption in zip(frames, captions, strict=True)
    )
    options: dict[str, Any] = {"duration": [FRAME_MS] * (len(captions) - 1) + [LAST_FRAME_MS], "loop": 0}
    write_whole(path, lambda unfinished: next(pages).save(unfinished, save_all=True, append_images=pages, **options))
