"""Pictures: read in any format, painted by points, and films of them."""

import contextlib
import io
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageDraw, ImageOps

from data import COLORS, PLACES
from utils.system.errors import InputError, reading
from utils.system.files import write_whole


class Canvas(NamedTuple):
    """An empty picture to paint points on: its height and width in pixels, and the background's color."""

    height: int
    width: int
    color: tuple[int, ...] = (0, 0, 0)


Image.MAX_IMAGE_PIXELS = None  # Pillow's bound is lower than that of open_picture


def open_picture(path: Path, shown_side: int | None = None) -> Image.Image:
    """The picture in `path`, as RGB or, if it has transparency, as RGBA. Raises InputError if it cannot be read.

    Its rows and colors are those of the file. With a `shown_side`, they are as viewers show them: turned as the EXIF
    orientation says, and in sRGB; and the picture may be smaller, with a longer side of `shown_side` or more.
    """
    # More pixels take gigabytes; a picture that is made smaller may have more.
    most = 300_000_000 if shown_side else 100_000_000
    look = reading(path, "a picture", "save it again, as PNG or JPEG")
    # Pillow warns of broken metadata.
    with look, warnings.catch_warnings(action="ignore"), Image.open(path) as file:
        if file.width * file.height > most:
            raise InputError(f"{path}: has more pixels than {most:,}; make it smaller")
        if shown_side:
            file.draft("RGB", (shown_side, shown_side))
        file.load()
        picture = _as_shown(file) if shown_side else file
        if picture.mode[0] in "FI":
            raise InputError(f"{path}: its numbers could mean any color; save it with 8 bits per channel")
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _as_shown(picture: Image.Image) -> Image.Image:
    """`picture` turned as its EXIF orientation says, and in sRGB. What is missing or broken is ignored."""
    profile = picture.info.get("icc_profile", b"")
    with contextlib.suppress(Exception):
        # The orientation is read, and the rest dropped: Pillow would write it anew, which fails where it is broken.
        picture.getexif()
        picture.info.pop("exif", None)
        picture = ImageOps.exif_transpose(picture)
    kind = "RGBA" if picture.has_transparency_data else "RGB"
    with contextlib.suppress(Exception):
        theirs, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        colors = picture if picture.mode in ("CMYK", "L") and kind == "RGB" else picture.convert(kind)
        picture = ImageCms.profileToProfile(colors, theirs, srgb, outputMode=kind) or picture
    return picture


def paint(points: np.ndarray, canvas: Canvas) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, one pixel per point, upright as the input picture is."""
    picture = np.full((canvas.height, canvas.width, 3), canvas.color, np.uint8)
    picture[tuple(points[:, PLACES].T)] = points[:, COLORS]
    return Image.fromarray(picture)


def paint_small(points: np.ndarray, canvas: Canvas, most: int, dot: int = 1) -> Image.Image:
    """The picture that `points (n, 5)` paint on the `canvas`, its longer side at most `most`; points are squares."""
    shape = np.array([canvas.height, canvas.width])
    small = np.maximum(1, shape * min(1, most / shape.max())).round().astype(int)
    corners = (points[:, PLACES] + 0.5) * small // shape
    places = np.minimum(corners + np.argwhere(np.ones((dot, dot)))[:, None], small - 1).reshape(-1, 2)
    dots = np.column_stack([places, np.tile(points[:, COLORS], (dot * dot, 1))]).astype(int)
    return paint(dots, canvas._replace(height=int(small[0]), width=int(small[1])))


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
    pages = (sheet.quantize(palette=palette, dither=Image.Dither.NONE) for sheet in map(page, frames, captions))
    options: dict[str, Any] = {"duration": [80] * (len(captions) - 1) + [3000], "loop": 0}  # in milliseconds
    write_whole(path, lambda unfinished: next(pages).save(unfinished, save_all=True, append_images=pages, **options))
