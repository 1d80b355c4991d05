"""Pictures of any format and mode, as 8 bits per channel."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from utils.program.errors import InputError
from utils.program.reading import others, reading

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
SIGNS = (b"\x89PNG", b"\xff\xd8\xff")
# The most pixels that are read, because more take gigabytes: of a picture as it is, and of one that is made smaller.
MOST_PIXELS, MOST_SHRUNK = 10_000**2, 300_000_000


def open_picture(path: str | Path) -> Image.Image:
    """The picture in `path`, as RGB or, if it has transparency, as RGBA. Its rows and colors are those of the file.

    Raises InputError if it cannot be read.
    """
    return _open(Path(path), MOST_PIXELS)


def open_as_seen(path: str | Path, side: int) -> Image.Image:
    """The picture in `path` as viewers show it: turned as its EXIF orientation says, its colors converted to sRGB.

    It is to be made smaller, until its longer side is `side`: what need not be read for that may not be.
    Raises InputError if it cannot be read.
    """
    return _open(Path(path), MOST_SHRUNK, side)


def _open(path: Path, most: int, shown_side: int | None = None) -> Image.Image:
    look = reading(path, "a picture", "save it again, as PNG or JPEG", SIGNS, lambda path: others(path, SUFFIXES))
    with look, _unlimited(), Image.open(path) as file:
        if file.width * file.height > most:
            raise InputError(f"{path}: has more pixels than {most:,}; make it smaller")
        if shown_side:
            file.draft("RGB", (shown_side, shown_side))
        # Pillow keeps the upper 8 of 16 bits.
        is_deep = any(";16" in str(tile) for tile in file.tile)
        file.load()
        picture = _upright(file) if shown_side else file
        if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
            picture = Image.fromarray(_eight_bits(np.asarray(picture), picture.mode, path))
        elif is_deep and np.asarray(picture)[..., :3].max() < 16:
            raise InputError(f"{path}: is black, perhaps because it has 12 bits in 16; save it with 8 bits per channel")
        if shown_side and "icc_profile" in file.info:
            picture = _in_srgb(picture, file.info["icc_profile"])
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _upright(picture: Image.Image) -> Image.Image:
    """`picture` turned as its EXIF orientation says. What cannot be read there is ignored, as viewers do."""
    with contextlib.suppress(Exception):
        # The orientation is read, and the rest dropped: Pillow would write it anew, which fails where it is broken.
        picture.getexif()
        picture.info.pop("exif", None)
        return ImageOps.exif_transpose(picture)
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """`picture`, whose colors are those of `profile`, in sRGB. A broken profile is ignored, as viewers do."""
    with contextlib.suppress(Exception):
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colors = picture if picture.mode in ("RGB", "CMYK", "L") else picture.convert("RGB")
        converted = ImageCms.profileToProfile(colors, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if converted and picture.has_transparency_data:
            converted.putalpha(picture.convert("RGBA").getchannel("A"))
        return converted or picture
    return picture


@contextlib.contextmanager
def _unlimited() -> Iterator[None]:
    """Lets Pillow open what has more pixels than its own bound, and keeps what it says of metadata to itself."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _eight_bits(values: np.ndarray, mode: str, path: Path) -> np.ndarray:
    """One channel of 16 or 32 bits or of floating-point numbers as 8 bits.

    Cameras and microscopes store 10 or 12 bits in 16. What has no brighter value than these have is taken for them.
    """
    low, high = float(values.min()), float(values.max())
    most = 1.0 if mode == "F" else next((top for top in (255, 1023, 4095, 65_535) if high <= top), 0)
    if not (low >= 0 and high <= most):
        raise InputError(
            f"{path}: its values go from {low:g} to {high:g}, which could mean any color; "
            "save it with 8 bits per channel"
        )
    return (values * (255 / most)).round().astype(np.uint8)
