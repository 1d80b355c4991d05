"""Data sets that cannot be used: each is refused with one line that says what, where, and what to do."""

import pickle
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
    "rows missing": (gone(XS), r"pi_xs\.npy: is missing; data_path must name a folder with pi_xs"),
    "columns of another name": (renamed(YS, "ys.npy"), r"did you mean ys\.npy\?"),
    "picture of another name": (renamed(PICTURE, "pi.PNG"), r"holds pi\.PNG"),
    "only litter": (renamed(PICTURE, "._pi.jpg"), "holds nothing like it"),
    "rows are a broken link": (gone(XS, link_to_nowhere), "link to nowhere"),
    "rows are a folder": (gone(XS, Path.mkdir), "(?i)is a (folder|directory)"),
    "rows of zero bytes": (raw(XS, b""), "it is empty"),
    "rows as text": (raw(XS, b"1 2 3\n"), "numpy"),
    "rows as a pickle": (raw(XS, pickle.dumps([1, 2])), "is a pickle"),
    "rows as a web page": (raw(XS, b"\n<!DOCTYPE html>"), "is a web page"),
    "rows cut off": (cut(XS), "cut off, broken"),
    "rows of objects": (array(XS, np.array([1, "a"], object)), "save one array of numbers"),
    "two arrays": (archive(a=ONES, b=ONES), r"is an archive, and not of one array; .* \(it holds a, b\)"),
    "an object in an archive": (archive(a=np.array([{}], object)), "save one array of numbers"),
    "half an archive": (lambda folder: (archive(a=ONES)(folder), cut(XS)(folder)), "cut off, broken"),
    "a header that promises too much": (promising_much, "more memory than there is, and has 128 bytes"),
    "no rows": (array(XS, ONES[:0]), r"must hold integers .* but its shape is \(0,\)"),
    "rows two-dimensional": (array(XS, ONES[None]), r"its shape is \(1, 300\)"),
    "rows of text": (array(XS, np.array(["a"] * COUNT)), "its type <U1"),
    "rows with fractions": (array(XS, ONES + 0.5), "holds 1.5"),
    "rows not a number": (array(XS, np.full(COUNT, np.nan)), "holds nan"),
    "rows infinite": (array(XS, np.full(COUNT, np.inf)), "holds inf"),
    "rows negative": (array(XS, -ONES), "-1 to -1 leaves the picture, which has 60 rows; .* from 0"),
    "columns beyond": (array(YS, 60 * ONES), "leaves the picture, which has 60 columns"),
    "fewer rows": (array(XS, ONES[1:]), "holds 299 numbers"),
    "one point": (both(ONES[:1], ONES[:1]), "one point cannot be split"),
    "picture cut off": (cut(PICTURE), "cannot be read as a picture: it is cut off"),
    "picture too large": (empty_picture(20_000, 10_000), "more pixels than 100,000,000"),
}


@pytest.mark.parametrize("case", DATA)
def test_unusable_data_are_refused(folder: Path, case: str):
    change, complaint = DATA[case]
    change(folder)

    with pytest.raises(InputError, match=complaint) as error:
        read_points(folder)
    assert "\n" not in str(error.value)
