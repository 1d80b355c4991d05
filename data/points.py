"""The data set: colored points, read from two arrays and a picture, checked, and split."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data import COLORS
from data.background import canvas_color, check_placement, find_background
from data.pictures import Canvas, open_picture
from utils.system.errors import InputError, expanded, nearby, reading

if TYPE_CHECKING:
    from torch import Tensor

    from data.scaling import Scaling

XS, YS, PICTURE = "pi_xs.npy", "pi_ys.npy", "sparse_pi_colored.jpg"


class ColoredPoints:
    """A PyTorch data set of `points (n, 5)`: integers x (row), y (column), r, g, b; their `scaling`; and a `canvas`."""

    def __init__(self, points: "Tensor", scaling: "Scaling", background: tuple[int, ...] = (0, 0, 0)) -> None:
        self.points, self.scaling, self.canvas = points, scaling, Canvas(*scaling.shape, background)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: "int | Tensor") -> "Tensor":
        return self.points[index]

    def fingerprint(self) -> str:
        """A hash of the points and their grid, which tells one data set from another."""
        grid = repr((*self.scaling.shape, 256, 256, 256)).encode()
        return hashlib.sha256(grid + self.points.numpy().astype("<i8").tobytes()).hexdigest()[:16]

    def split(self, holdout: float, seed: int) -> tuple["ColoredPoints", "ColoredPoints"]:
        """Training points and held-out points: a share `holdout` (at most 0.5), at least one, chosen by `seed`."""
        import torch

        n_held_out = max(1, round(holdout * len(self)))
        order = torch.randperm(len(self), generator=torch.Generator("cpu").manual_seed(seed), device="cpu")
        held_out, train = self.points[order].tensor_split([n_held_out])
        return self.with_points(train), self.with_points(held_out)

    def with_points(self, points: "Tensor") -> "ColoredPoints":
        """Other `points (n, 5)` of the same picture."""
        return ColoredPoints(points, self.scaling, self.canvas.color)


def read_points(folder: str | Path) -> ColoredPoints:
    """The points in `folder`. Raises InputError if a file is missing or broken, or the three do not fit together."""
    folder = Path(expanded(str(folder)))
    if os.path.isfile(folder):
        raise InputError(f"{folder}: is a file; data_path is the folder that it lies in: data_path={folder.parent}")
    for path in (folder, folder / XS, folder / YS, folder / PICTURE):
        if not os.path.lexists(path):
            remedy = f"data_path must name a folder with {XS}, {YS} and {PICTURE}"
            raise InputError(f"{path.absolute()}: is missing; {remedy}; {nearby(path, (XS, YS, PICTURE))}")
    picture = np.asarray(open_picture(folder / PICTURE))
    xs, ys = _read_indices(folder / XS), _read_indices(folder / YS)
    if len(xs) != len(ys) or len(xs) < 2:
        raise InputError(f"{folder}: {XS} holds {len(xs)} numbers and {YS} {len(ys)}; give as many, and two or more")
    background = find_background(picture)
    check_placement(folder, picture, background, np.column_stack([xs, ys]))
    colors = picture[xs, ys, :3]

    import torch

    from data.scaling import Scaling, come_from_ycbcr

    points = torch.from_numpy(np.column_stack([xs, ys, colors]).astype(np.int32))  # there may be millions
    scaling = Scaling(picture.shape[:2], come_from_ycbcr(points[:, COLORS]))
    return ColoredPoints(points, scaling, canvas_color(background, colors))


def load_array(path: Path) -> np.ndarray:
    """The array in `path`, or the only one of an archive. Raises InputError if there is none, or several."""
    advice = "save one array of numbers with numpy.save"
    with reading(path, "a NumPy array", advice):
        content = np.load(path, allow_pickle=False)
        arrays = [content] if isinstance(content, np.ndarray) else [*content.values()]
        if len(arrays) != 1:
            raise InputError(f"{path}: is an archive of {len(arrays)} arrays; {advice}")
        return np.asarray(arrays[0])


def _read_indices(path: Path) -> np.ndarray:
    """The integers in `path`, of any type that can hold them."""
    values = load_array(path)
    must = f"{path}: must hold integers (pixel indices), one per point, but"
    if values.ndim != 1 or values.dtype.kind not in "iuf":
        raise InputError(f"{must} its shape is {values.shape} and its type {values.dtype}")
    # The cast turns NaN, and numbers that are too large, into other numbers, which the comparison finds.
    with np.errstate(invalid="ignore"):
        indices = values.astype(np.int64)
    if (indices != values).any():
        raise InputError(f"{must} holds {values[indices != values][0]}")
    return indices
