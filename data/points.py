"""The data set: colored points, read from two arrays and a picture, checked, and split."""

import hashlib
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from data.coordinates import PLACES
from data.scaling import Scaling
from utils.program.errors import InputError

XS, YS, PICTURE = "pi_xs.npy", "pi_ys.npy", "sparse_pi_colored.jpg"
# A pixel this dark in all channels counts as black background; JPEG leaves a shimmer around the points.
BLACK = 40
# Checking this many points is enough to see whether most of them fall on black.
ENOUGH = 100_000


class ColoredPoints(Dataset[Tensor]):
    """`points (n, 5)`: integers x (row), y (column), r, g, b, on the grid of `scaling`."""

    def __init__(self, points: Tensor, scaling: Scaling) -> None:
        self.points, self.scaling = points, scaling

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: int | Tensor) -> Tensor:
        return self.points[index]

    @property
    def n_on_shared_pixels(self) -> int:
        """How many points could be left out with every pixel of the set still taken."""
        height, width = self.scaling.shape
        taken = torch.zeros(height, width, dtype=torch.bool)
        taken[self.points[:, PLACES].unbind(1)] = True
        return len(self) - int(taken.sum())

    def fingerprint(self) -> str:
        """A hash of the points and their grid, which tells one data set from another."""
        digest = hashlib.sha256(repr(self.scaling.size).encode())
        digest.update(np.ascontiguousarray(self.points.numpy(), "<i8").tobytes())
        return digest.hexdigest()[:16]

    def split(self, holdout: float, seed: int) -> tuple["ColoredPoints", "ColoredPoints"]:
        """Training points and held-out points: a share `holdout` (at most 0.5), at least one, chosen by `seed`."""
        held_out = max(1, round(holdout * len(self)))
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))
        training, testing = self.points[order[held_out:]], self.points[order[:held_out]]
        return ColoredPoints(training, self.scaling), ColoredPoints(testing, self.scaling)


def read_points(folder: str | Path) -> ColoredPoints:
    """Read `pi_xs.npy` (rows), `pi_ys.npy` (columns) and the picture in `folder`; color is `picture[x, y]`.

    Raises InputError where a file is missing or broken, or the three do not fit together.
    """
    folder = Path(folder)
    picture = np.asarray(open_picture(folder / PICTURE).convert("RGB"))
    height, width = picture.shape[:2]
    xs, ys = _read_coordinates(folder / XS, height, "rows"), _read_coordinates(folder / YS, width, "columns")
    if len(xs) != len(ys):
        raise InputError(f"{folder}: {XS} holds {len(xs)} numbers and {YS} {len(ys)}; each point needs one of both")
    if len(xs) < 2:
        raise InputError(f"{folder}: one point cannot be split into training and held-out points; give 2 or more")
    _check_axes(folder, picture, xs, ys)
    points = np.column_stack([xs, ys, picture[xs, ys]])
    return ColoredPoints(torch.from_numpy(points), Scaling.of_picture(height, width))


def open_picture(path: str | Path) -> Image.Image:
    """The picture in `path`, of any format and mode, with 8 bits per channel.

    Raises InputError where it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                picture.load()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such picture; set data_path to the folder that holds it") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"{path}: has more pixels than {Image.MAX_IMAGE_PIXELS:,}; make it smaller") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{path}: cannot be read as a picture ({error}); save it again, as PNG or JPEG") from None
    if picture.mode.startswith("I"):
        # 16 bits per pixel, which conversion to RGB would clip at 255.
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    return picture


def _read_coordinates(path: Path, size: int, axis: str) -> np.ndarray:
    """The integers in `path`, each in [0, size)."""
    try:
        values = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; set data_path to the folder that holds it") from None
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: cannot be read as a NumPy array ({error}); save it again with numpy.save") from None
    if not isinstance(values, np.ndarray) or values.ndim != 1 or len(values) == 0:
        shape = getattr(values, "shape", "no array")
        raise InputError(f"{path}: must be a list of numbers, one per point, but its shape is {shape}")
    if values.dtype.kind not in "iuf" or not np.array_equal(values, np.trunc(values)):
        raise InputError(f"{path}: must hold integers (pixel indices), but holds {values.dtype} numbers")
    if values.min() < 0 or values.max() >= size:
        raise InputError(f"{path}: {values.min()} to {values.max()} leaves the picture, which has {size} {axis}")
    return values.astype(np.int64)


def _check_axes(folder: Path, picture: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> None:
    """Refuse arrays that hold the picture's points with the axes swapped."""
    height, width = picture.shape[:2]
    if xs.max() >= width or ys.max() >= height:
        return
    xs, ys = (values[:: 1 + len(values) // ENOUGH] for values in (xs, ys))
    as_given = (picture[xs, ys].max(1) < BLACK).mean()
    swapped = (picture[ys, xs].max(1) < BLACK).mean()
    if as_given > 0.5 and swapped < as_given / 2:
        raise InputError(
            f"{folder}: {as_given:.0%} of the points fall on black, with x and y exchanged {swapped:.0%}: "
            f"the axes are swapped; {XS} must hold the rows and {YS} the columns"
        )
