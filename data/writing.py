"""Write drawn points in the form that the program reads."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from data.points import PICTURE, XS, YS
from utils.program.errors import InputError
from utils.program.files import write_bytes

BLACK = (0, 0, 0)


class DrawnSet(NamedTuple):
    """A data set that is not yet in a folder: `rows (n,)`, `columns (n,)`, and the bytes of the picture."""

    rows: np.ndarray
    columns: np.ndarray
    picture: bytes


def as_jpeg(
    rows: np.ndarray,
    columns: np.ndarray,
    colors: np.ndarray,
    shape: tuple[int, ...],
    background: tuple[int, int, int] = BLACK,
) -> bytes:
    """Pixels `(n,)` in their `colors (n, 3)` on a `background`, in a JPEG of height and width `shape`."""
    picture = np.full((*shape, 3), background, np.uint8)
    picture[rows, columns] = colors.round().clip(0, 255)
    jpeg = io.BytesIO()
    Image.fromarray(picture).save(jpeg, "JPEG", quality=95, subsampling=0)
    return jpeg.getvalue()


def write(folder: str | Path, rows: np.ndarray, columns: np.ndarray, picture: bytes) -> None:
    """Write a drawn set into `folder`. Raises InputError if it cannot be written."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror or error}); choose another folder") from None
    for name, values in ((XS, rows), (YS, columns)):
        packed = io.BytesIO()
        np.save(packed, values)
        write_bytes(folder / name, packed.getvalue())
    write_bytes(folder / PICTURE, picture)
