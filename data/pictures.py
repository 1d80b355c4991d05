"""Pictures of any format and mode, as 8 bits per channel."""

import contextlib
import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from utils.system.errors import InputError
from utils.system.reading import reading

# Pillow's own bound is lower than that of open_picture.
Image.MAX_IMAGE_PIXELS = None


def open_picture(path: str | Path, shown_side: int | None = None) -> Image.Image:
    """The picture in `path`, as RGB or, if it has transparency, as RGBA. Raises InputError if it cannot be read.

    Its rows and colors are those of the file. With a `shown_side`, they are as viewers show them: turned as the EXIF
    orientation says, and in sRGB; and the picture may be smaller, with a longer side of `shown_side` or more.
    """
    path = Path(path)
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
            picture = _eight_bits(np.asarray(picture), path)
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _as_shown(picture: Image.Image) -> Image.Image:
    """`picture` turned as its EXIF orientation says, and in sRGB. What is broken is ignored, as viewers do."""
    profile = picture.info.get("icc_profile")
    with contextlib.suppress(Exception):
        # The orientation is read, and the rest dropped: Pillow would write it anew, which fails where it is broken.
        picture.getexif()
        picture.info.pop("exif", None)
        picture = ImageOps.exif_transpose(picture)
    if profile and picture.mode[0] not in "FI":
        kind = "RGBA" if picture.has_transparency_data else "RGB"
        with contextlib.suppress(Exception):
            theirs, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            colors = picture if picture.mode in ("CMYK", "L") and kind == "RGB" else picture.convert(kind)
            picture = ImageCms.profileToProfile(colors, theirs, srgb, outputMode=kind) or picture
    return picture


def _eight_bits(values: np.ndarray, path: Path) -> Image.Image:
    """One channel of 16 or 32 bits or of floating-point numbers as 8 bits. Raises InputError for an unusual range."""
    # Cameras and microscopes store 10 or 12 bits in 16.
    whites = [1] if values.dtype.kind == "f" else [255, 1023, 4095, 65_535]
    white = next((white for white in whites if 0 <= values.min() <= values.max() <= white), None)
    if white is None:
        extent = f"its values go from {values.min():g} to {values.max():g}, which could mean any color"
        raise InputError(f"{path}: {extent}; save it with 8 bits per channel")
    return Image.fromarray((values * (255 / white)).round().astype(np.uint8))
