"""Data sets that cannot be used: each is refused with one line that says what, where, and what to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.points import PICTURE, XS, YS, read_points
from utils.system.errors import InputError

ONES = np.ones(300, int)


def rows(values: object) -> Callable[[Path], object]:
    return lambda folder: np.save(folder / XS, values, allow_pickle=True)


def content(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def renamed(name: str, other: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).rename(folder / other)


def link_to_nowhere(folder: Path) -> None:
    (folder / XS).unlink()
    (folder / XS).symlink_to("nowhere")


def archive(folder: Path) -> None:
    with open(folder / XS, "wb") as file:
        np.savez(file, a=ONES, b=ONES)


def promising_much(folder: Path) -> None:
    with open(folder / XS, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<i8", "fortran_order": False, "shape": (10**14,)})


DATA = {
    "columns of another name": (renamed(YS, "ys.npy"), r"is missing; data_path must name .* did you mean ys\.npy"),
    "picture of another name": (renamed(PICTURE, "pi.PNG"), r"holds pi\.PNG"),
    "only litter": (renamed(PICTURE, "._pi.jpg"), "holds nothing like it"),
    "a broken link": (link_to_nowhere, "link to nowhere"),
    "text": (content(XS, lambda _: b"1 2 3\n"), "numpy"),
    "rows cut off": (content(XS, lambda whole: whole[:200]), "cut off, broken"),
    "picture cut off": (content(PICTURE, lambda whole: whole[:200]), "cannot be read as a picture: it is cut off"),
    "objects": (rows(np.array([1, "a"], object)), "save one array of numbers"),
    "two arrays": (archive, "an archive of 2 arrays"),
    "a header that promises too much": (promising_much, "more memory than there is"),
    "no rows": (rows(ONES[:0]), r"must hold integers .* but its shape is \(0,\)"),
    "rows two-dimensional": (rows(ONES[None]), r"its shape is \(1, 300\)"),
    "rows of text": (rows(np.array(["a"] * 300)), "its type <U1"),
    "fractions": (rows(ONES + 0.5), "holds 1.5"),
    "not a number": (rows(ONES * np.nan), "holds nan"),
    "infinite": (rows(ONES * np.inf), "holds inf"),
    "negative": (rows(-ONES), "rows from -1 to -1 .* from 0$"),
    "fewer rows": (rows(ONES[1:]), "holds 299 numbers"),
    "one point": (lambda folder: [np.save(folder / name, [1]) for name in (XS, YS)], "two or more"),
    "picture too large": (lambda folder: Image.new("1", (20_000, 10_000)).save(folder / PICTURE, "PNG"), "more pixels"),
}


@pytest.mark.parametrize("case", DATA)
def test_unusable_data_are_refused(folder: Path, case: str):
    change, complaint = DATA[case]
    change(folder)

    with pytest.raises(InputError, match=complaint) as error:
        read_points(folder)
    assert "\n" not in str(error.value)
