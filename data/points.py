"""The data set: colored points, read from two arrays and a picture, checked, and split."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.background import Background, find_background
from data.coordinates import COLORS
from data.pictures import open_picture
from utils.system.errors import InputError
from utils.system.reading import expanded, nearby, reading

# PyTorch takes seconds to load. It is imported where points are made, so that mistakes in them are answered before.
if TYPE_CHECKING:
    from torch import Tensor

    from data.scaling import Scaling

XS, YS, PICTURE = "pi_xs.npy", "pi_ys.npy", "sparse_pi_colored.jpg"


class Canvas(NamedTuple):
    """An empty picture to paint points on: its height and width in pixels, and the background's color."""

    height: int
    width: int
    color: tuple[int, int, int]


class ColoredPoints:
    """`points (n, 5)`: integers x (row), y (column), r, g, b; their `scaling`; and the color of the `background`."""

    def __init__(self, points: "Tensor", scaling: "Scaling", background: tuple[int, int, int] = (0, 0, 0)) -> None:
        self.points, self.scaling, self.background = points, scaling, background

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: "int | Tensor") -> "Tensor":
        return self.points[index]

    @property
    def canvas(self) -> Canvas:
        """An empty picture for points like these."""
        return Canvas(*self.scaling.shape, self.background)

    def fingerprint(self) -> str:
        """A hash of the points and their grid, which tells one data set from another."""
        digest = hashlib.sha256(repr((*self.scaling.shape, 256, 256, 256)).encode())
        for block in self.points.split(1_000_000):
            digest.update(np.ascontiguousarray(block.numpy(), "<i8").data)
        return digest.hexdigest()[:16]

    def split(self, holdout: float, seed: int) -> tuple["ColoredPoints", "ColoredPoints"]:
        """Training points and held-out points: a share `holdout` (at most 0.5), at least one, chosen by `seed`."""
        import torch

        n_held_out = max(1, round(holdout * len(self)))
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))
        return self.with_points(self[order[n_held_out:]]), self.with_points(self[order[:n_held_out]])

    def with_points(self, points: "Tensor") -> "ColoredPoints":
        """Other `points (n, 5)` of the same picture."""
        return ColoredPoints(points, self.scaling, self.background)


def read_points(folder: str | Path) -> ColoredPoints:
    """Read `pi_xs.npy` (rows), `pi_ys.npy` (columns) and the picture in `folder`; color is `picture[x, y]`.

    Raises InputError if a file is missing or broken, or the three do not fit together.
    """
    folder = Path(expanded(str(folder)))
    with reading(folder, "a folder of data", "make it readable, or set data_path to another"):
        if folder.is_file():
            raise InputError(f"{folder}: is a file; data_path is the folder that it lies in: data_path={folder.parent}")
        for path in (folder, folder / XS, folder / YS, folder / PICTURE):
            if not (path.exists() or path.is_symlink()):
                remedy = f"data_path must name a folder with {XS}, {YS} and {PICTURE}"
                raise InputError(f"{path.absolute()}: is missing; {remedy}; {nearby(path, (XS, YS, PICTURE))}")
    picture = np.asarray(open_picture(folder / PICTURE).convert("RGB"))
    xs, ys = _read_coordinates(folder / XS), _read_coordinates(folder / YS)
    if len(xs) != len(ys):
        raise InputError(f"{folder}: {XS} holds {len(xs)} numbers and {YS} {len(ys)}; each point needs one of both")
    if len(xs) < 2:
        raise InputError(f"{folder}: one point cannot be split into training and held-out points; give 2 or more")
    background = _check_axes(folder, picture, xs, ys)

    import torch

    from data.scaling import Scaling, come_from_ycbcr

    height, width, _ = picture.shape
    # 32 bits, because there may be millions of points.
    points = torch.from_numpy(np.column_stack([xs, ys, picture[xs, ys]]).astype(np.int32))
    scaling = Scaling((height, width), come_from_ycbcr(points[:, COLORS]))
    return ColoredPoints(points, scaling, background.color if background else (0, 0, 0))


def load_array(path: Path) -> np.ndarray:
    """The array in `path`, or the only one of an archive. Raises InputError if it cannot be read, or is no array."""
    advice = "save one array of numbers with numpy.save"
    with reading(path, "a NumPy array", advice):
        content = np.load(path, allow_pickle=False)
        if not isinstance(content, np.ndarray) and len(content.files) == 1:
            content = content[content.files[0]]
        if not isinstance(content, np.ndarray):
            raise InputError(f"{path}: is an archive, and not of one array; {advice}")
    return content


def _read_coordinates(path: Path) -> np.ndarray:
    """The integers in `path`."""
    values = load_array(path)
    if values.ndim != 1 or len(values) == 0 or values.dtype.kind not in "iuf":
        found = f"its shape is {values.shape} and its type {values.dtype}"
        raise InputError(f"{path}: must hold integers (pixel indices), one per point, but {found}")
    # The cast turns NaN, and numbers that are too large, into other numbers, which the comparison finds.
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int64)
    if (whole != values).any():
        raise InputError(f"{path}: must hold integers (pixel indices), but holds {values[whole != values][0]}")
    return whole


def _check_axes(folder: Path, picture: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> Background | None:
    """The background of the picture. Raises InputError if points lie outside of the picture, or the axes are swapped.

    They are if points fall on the background, and would fall on the figure with rows and columns exchanged.
    """
    height, width = picture.shape[:2]
    could_be_exchanged = min(xs.min(), ys.min()) >= 0 and xs.max() < width and ys.max() < height
    advice = f"with the two files exchanged, all points would fit: {XS} must hold the rows and {YS} the columns"
    for name, values, size, axis in ((XS, xs, height, "rows"), (YS, ys, width, "columns")):
        if values.min() < 0 or values.max() >= size:
            outside = f"{values.min()} to {values.max()} leaves the picture, which has {size} {axis}"
            hint = advice if could_be_exchanged else "the numbers must be pixel indices, from 0"
            raise InputError(f"{folder / name}: {outside}; {hint}")
    background = find_background(picture)
    if could_be_exchanged and background:
        as_given, exchanged = background.holds(picture[xs, ys]).mean(), background.holds(picture[ys, xs]).mean()
        # JPEG blurs some points into the background, whichever way round they are.
        if as_given >= 0.3 and exchanged <= 0.1:
            found = f"{as_given:.0%} of the points fall on the background, exchanged {exchanged:.0%}"
            raise InputError(f"{folder}: the axes are swapped: {found}; {advice}")
    return background
