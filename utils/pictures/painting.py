"""The picture that points paint, and the film of such pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

from data.coordinates import COLORS, N_COLORS, PLACES
from utils.program.files import write_whole

FRAME_MS, LAST_FRAME_MS = 80, 3000
GAP, CAPTION_HEIGHT = 8, 16


def paint(points: np.ndarray, height: int, width: int) -> Image.Image:
    """The picture that `points (n, 5)` paint on black, one pixel per point, upright as the input picture is."""
    canvas = np.zeros((height, width, N_COLORS), np.uint8)
    # In blocks, because a file of many points is read as it is indexed.
    for block in np.array_split(points, 1 + len(points) // 1_000_000):
        rows, columns = block[:, PLACES].T
        canvas[rows, columns] = block[:, COLORS]
    return Image.fromarray(canvas)


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write `picture` to `path`, whole or not at all. Raises InputError if it cannot be written."""
    # Little compression: half the size is not worth ten times the time.
    write_whole(path, lambda unfinished: picture.save(unfinished, compress_level=1))


def save_film(path: Path, data: Image.Image, frames: Sequence[Image.Image], captions: Sequence[str]) -> None:
    """Write an endless GIF: `data` on the left, `frames` on the right, each with a caption; the last frame lasts."""
    width, height = data.size
    # Pillow's own font has no Greek letters; one of matplotlib's has.
    font = ImageFont.truetype(findfont("DejaVu Sans"), 11)
    pages = []
    for frame, caption in zip(frames, captions, strict=True):
        page = Image.new("RGB", (2 * width + GAP, height + CAPTION_HEIGHT))
        page.paste(data)
        page.paste(frame, (width + GAP, 0))
        draw = ImageDraw.Draw(page)
        for text, left in (("data", 0), (caption, width + GAP)):
            draw.text((left + width / 2, height + CAPTION_HEIGHT / 2), text, font=font, fill="white", anchor="mm")
        pages.append(page)
    # With one palette for all pages, what does not change from one to the next is not stored again.
    palette = pages[-1].quantize(128)
    pages = [page.quantize(palette=palette, dither=Image.Dither.NONE) for page in pages]
    durations = [FRAME_MS] * (len(pages) - 1) + [LAST_FRAME_MS]
    write_whole(
        path,
        lambda unfinished: pages[0].save(
            unfinished, save_all=True, append_images=pages[1:], duration=durations, loop=0
        ),
    )
