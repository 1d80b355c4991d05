"""Write drawn points in the form that the program reads."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from data.points import PICTURE, XS, YS
from utils.program.files import write_bytes, write_whole


def as_jpeg(
    rows: np.ndarray,
    columns: np.ndarray,
    colors: np.ndarray,
    shape: tuple[int, ...],
    background: tuple[int, int, int] = (0, 0, 0),
) -> bytes:
    """Pixels `(n,)` in their `colors (n, 3)` on a `background`, in a JPEG of height and width `shape`."""
    picture = np.full((*shape, 3), background, np.uint8)
    picture[rows, columns] = colors.round().clip(0, 255)
    jpeg = io.BytesIO()
    Image.fromarray(picture).save(jpeg, "JPEG", quality=95, subsampling=0)
    return jpeg.getvalue()


def write(folder: str | Path, rows: np.ndarray, columns: np.ndarray, picture: bytes) -> None:
    """Write a data set into `folder`: `rows (n,)`, `columns (n,)`, and the bytes of the picture."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / XS, lambda path: np.save(path, rows))
    write_whole(folder / YS, lambda path: np.save(path, columns))
    write_bytes(folder / PICTURE, picture)
