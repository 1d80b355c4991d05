"""Pictures of any format and mode, as 8 bits per channel."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from data.impostors import describe_broken_link, describe_impostor
from utils.program.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


def open_picture(path: str | Path, upright: bool = False) -> Image.Image:
    """The picture in `path`, as RGB or, if it has transparency, as RGBA.

    With `upright`, it is turned as its EXIF orientation says; otherwise its rows are those of the file.
    Raises InputError if it cannot be read.
    """
    path = Path(path).expanduser()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                file.load()
        picture = ImageOps.exif_transpose(file) if upright else file.copy()
        if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
            picture = Image.fromarray(_eight_bits(np.asarray(picture), picture.mode, path))
        transparent = picture.has_transparency_data
        return picture.convert("RGBA" if transparent else "RGB")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such picture; {describe_broken_link(path) or _others(path)}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"{path}: has more pixels than {Image.MAX_IMAGE_PIXELS:,}; make it smaller") from None
    except UnidentifiedImageError:
        reason = describe_impostor(path, "a picture") or "its format is unknown; save it again, as PNG or JPEG"
        raise InputError(f"{path}: cannot be read as a picture: {reason}") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise InputError(f"{path}: cannot be read as a picture ({reason}); save it again, as PNG or JPEG") from None


def _eight_bits(values: np.ndarray, mode: str, path: Path) -> np.ndarray:
    """One channel of 16 or 32 bits or of floating-point numbers as 8 bits."""
    low, high = float(values.min()), float(values.max())
    if mode == "F" and low >= 0 and high <= 1:
        return (values * 255).round().astype(np.uint8)
    if mode == "I" and low >= 0 and high <= 255:
        return values.astype(np.uint8)
    if mode != "F" and low >= 0 and high <= 65_535:
        return (values.astype(np.uint32) >> 8).astype(np.uint8)
    raise InputError(
        f"{path}: its values go from {low:g} to {high:g}, which could mean any color; save it with 8 bits per channel"
    )


def _others(path: Path) -> str:
    """A hint at the pictures that are in the folder of `path`, if there are any."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    found = sorted(other.name for other in path.parent.iterdir() if other.suffix.lower() in SUFFIXES)
    if not found:
        return "its folder holds no picture at all; set data_path to the folder that holds it"
    return f"the folder holds {', '.join(found[:3])}: rename the right one to {path.name}"
