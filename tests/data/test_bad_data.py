"""Data sets that cannot be used: each is refused with one line that says what, where, and what to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.points import PICTURE, XS, YS, read_points
from utils.system.errors import InputError

Change = Callable[[Path], object]
COUNT = 300
ONES = np.ones(COUNT, int)


def array(name: str, values: object) -> Change:
    return lambda folder: np.save(folder / name, values, allow_pickle=True)


def both(xs: object, ys: object) -> Change:
    return lambda folder: (np.save(folder / XS, xs), np.save(folder / YS, ys))


def raw(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str) -> Change:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:200])


def gone(name: str, instead: Change = lambda path: None) -> Change:
    return lambda folder: ((folder / name).unlink(), instead(folder / name))


def link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def renamed(name: str, other: str) -> Change:
    return lambda folder: (folder / name).rename(folder / other)


def swapped(folder: Path) -> None:
    both(np.load(folder / YS), np.load(folder / XS))(folder)


def archive(**arrays: np.ndarray) -> Change:
    def change(folder: Path) -> None:
        with open(folder / XS, "wb") as file:
            np.savez(file, **arrays)

    return change


def promising_much(folder: Path) -> None:
    with open(folder / XS, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<i8", "fortran_order": False, "shape": (10**14,)})


def empty_picture(width: int, height: int) -> Change:
    return lambda folder: Image.new("1", (width, height)).save(folder / PICTURE, "PNG")


DATA = {
    "rows missing": (gone(XS), r"pi_xs\.npy: is missing; data_path must name a folder with pi_xs\.npy, pi_ys\.npy"),
    "columns of another name": (renamed(YS, "ys.npy"), r"pi_ys\.npy: is missing; .*; did you mean ys\.npy\?"),
    "picture of another name": (renamed(PICTURE, "pi.PNG"), r"colored\.jpg: is missing; .*; its folder holds pi\.PNG"),
    "only litter": (renamed(PICTURE, "._pi.jpg"), r"colored\.jpg: is missing; .*; its folder holds nothing like it"),
    "rows are a broken link": (
        gone(XS, link_to_nowhere),
        r"pi_xs\.npy: .* it is a link to nowhere; .* `git annex get`",
    ),
    "rows are a folder": (gone(XS, Path.mkdir), r"pi_xs\.npy: cannot be read as a NumPy array: it is a folder"),
    "rows of zero bytes": (raw(XS, b""), r"pi_xs\.npy: cannot be read as a NumPy array: it is empty; copy it again"),
    "rows not npy": (raw(XS, b"1 2 3\n"), r"pi_xs\.npy: .* text; .*numpy\.loadtxt"),
    "rows cut off": (cut(XS), r"pi_xs\.npy: .* it is cut off, broken"),
    "rows of objects": (array(XS, np.array([1, "a"], object)), r"pi_xs\.npy: .*, or save one array of numbers with"),
    "two arrays": (archive(a=ONES, b=ONES), "is an archive, and not of one array; save one array"),
    "an object in an archive": (archive(a=np.array([{}], object)), "or save one array of numbers with numpy"),
    "half an archive": (lambda folder: (archive(a=ONES)(folder), cut(XS)(folder)), "it is cut off, broken, or holds"),
    "a header that promises too much": (promising_much, "asks for more memory than there is, and has 128 bytes"),
    "no rows": (array(XS, ONES[:0]), r"must hold integers \(pixel indices\), one per point, but its shape is \(0,\)"),
    "rows two-dimensional": (array(XS, ONES[None]), r"but its shape is \(1, 300\)"),
    "rows of text": (array(XS, np.array(["a"] * COUNT)), r"must hold integers .* and its type <U1"),
    "rows with fractions": (array(XS, ONES + 0.5), r"must hold integers \(pixel indices\), but holds 1.5"),
    "rows not a number": (array(XS, np.full(COUNT, np.nan)), "but holds nan"),
    "rows infinite": (array(XS, np.full(COUNT, np.inf)), "but holds inf"),
    "rows negative": (array(XS, -ONES), "-1 to -1 leaves the picture, which has 60 rows; .* from 0"),
    "rows beyond": (array(XS, 60 * ONES), "60 to 60 leaves the picture, which has 60 rows"),
    "columns beyond": (array(YS, 60 * ONES), "leaves the picture, which has 60 columns"),
    "fewer rows": (array(XS, ONES[1:]), r"pi_xs\.npy holds 299 numbers and pi_ys\.npy 300"),
    "one point": (both(ONES[:1], ONES[:1]), r"one point cannot be split"),
    "axes swapped": (swapped, "the axes are swapped: .* must hold the rows"),
    "picture cut off": (cut(PICTURE), "cannot be read as a picture: it is cut off, broken"),
    "picture of one pixel": (empty_picture(1, 1), "leaves the picture, which has 1 rows"),
    "picture too large": (empty_picture(20_000, 10_000), "has more pixels than 100,000,000; make it smaller"),
}


@pytest.mark.parametrize("case", DATA)
def test_unusable_data_are_refused(folder: Path, case: str):
    change, complaint = DATA[case]
    change(folder)

    with pytest.raises(InputError, match=complaint) as error:
        read_points(folder)
    assert "\n" not in str(error.value)
