"""Draw a text as colored points, as the sample data set was drawn, and write data sets."""

import io
import re
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from data.pictures import Canvas, paint
from data.points import PICTURE, XS, YS
from utils.system.errors import InputError, reading
from utils.system.files import write_bytes, write_whole

# At the corners of the picture: gold, orange-red, magenta, sky blue.
CORNERS = np.array([[[255, 215, 60], [255, 100, 70]], [[235, 60, 215], [50, 130, 255]]], float)
COLOR_NOISE = 7.0


def find_font(text: str, font: str | Path | None = None) -> Path:
    """A font file that has all characters of `text`: `font`, or one that comes with matplotlib. Raises InputError."""
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    # The second has more characters.
    for path in map(Path, [font] if font else map(findfont, ("STIXGeneral:bold", "DejaVu Sans:bold"))):
        with reading(path, "a font", "name a .ttf or .otf file with --font"):
            glyphs = FT2Font(str(path)).get_charmap()
        absent = [character for character in text if not character.isspace() and ord(character) not in glyphs]
        if not absent:
            return path
    raise InputError(f"there is no glyph for {absent[0]!r} in {path}; name a font file that has it with --font")


def glyph_mask(text: str = "π", size: int = 300, font: str | Path | None = None) -> np.ndarray:
    """Where `text` covers a square picture: booleans `(size, size)`. Raises InputError if it cannot be drawn."""
    # Composed, letters with accents need no shaping; nor do variation selectors. Pillow breaks lines at \n only.
    text = "\n".join(re.sub("[\ufe00-\ufe0f]", "", unicodedata.normalize("NFC", text)).splitlines())
    # Text that runs from right to left (R, RL, AL), or has marks, is more than its characters side by side.
    kinds = {kind(character)[:2] for kind in (unicodedata.bidirectional, unicodedata.category) for character in text}
    if kinds & {"R", "RL", "AL", "Mc", "Me", "Mn"} and not features.check("raqm"):
        lack = "Pillow lacks Raqm or FriBiDi, which put such letters in their order and join them"
        raise InputError(f"{text!r} would be drawn wrong: {lack}; install libfribidi, or give a picture of the text")
    path, canvas = find_font(text, font), Image.new("L", (size, size))
    drawing = ImageDraw.Draw(canvas)
    left, top, right, bottom = drawing.textbbox((0, 0), text, ImageFont.truetype(path, size))
    if right <= left or bottom <= top:
        raise InputError(f"{text!r} has nothing to draw; give a text with at least one visible character")
    scaled = ImageFont.truetype(path, size * 0.8 * size / max(right - left, bottom - top))  # margins of a tenth
    left, top, right, bottom = drawing.textbbox((0, 0), text, scaled, align="center")
    drawing.text(((size - left - right) / 2, (size - top - bottom) / 2), text, font=scaled, fill=255, align="center")
    return np.asarray(canvas) > 127


def draw(mask: np.ndarray, n: int = 5000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, bytes]:
    """`n` distinct pixels of `mask`, in noisy colors between those of the corners: rows, columns, a JPEG's bytes."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.choice(np.argwhere(mask), n, replace=False).T
    down, across = (rows / mask.shape[0])[:, None], (columns / mask.shape[1])[:, None]
    top, bottom = ((1 - across) * left + across * right for left, right in CORNERS)
    colors = (1 - down) * top + down * bottom + rng.normal(0, COLOR_NOISE, (n, 3))
    points = np.column_stack([rows, columns, colors.round().clip(0, 255)]).astype(int)
    return rows, columns, as_jpeg(points, Canvas(*mask.shape))


def as_jpeg(points: np.ndarray, canvas: Canvas) -> bytes:
    """The bytes of a JPEG that `points (n, 5)` paint on the `canvas`."""
    jpeg = io.BytesIO()
    paint(points, canvas).save(jpeg, "JPEG", quality=95, subsampling=0)
    return jpeg.getvalue()


def write(folder: Path, rows: np.ndarray, columns: np.ndarray, picture: bytes) -> None:
    """Write a data set into `folder`: `rows (n,)`, `columns (n,)`, and the bytes of the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / XS, lambda path: np.save(path, rows))
    write_whole(folder / YS, lambda path: np.save(path, columns))
    write_bytes(folder / PICTURE, picture)
