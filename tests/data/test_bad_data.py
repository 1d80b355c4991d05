"""Data sets that cannot be used: each is refused with one line that says what, where, and what to do."""

import io
from pathlib import Path

import numpy as np
import pytest

from data.points import PICTURE, XS, YS, read_points
from utils.system.errors import InputError

ONES = np.ones(300, int)
ARCHIVE, PROMISE = io.BytesIO(), io.BytesIO()
np.savez(ARCHIVE, a=ONES, b=ONES)
np.lib.format.write_array_header_1_0(PROMISE, {"descr": "<i8", "fortran_order": False, "shape": (10**14,)})

# What is in place of a file: another name, bytes, an array, or its first bytes; and what is said of it.
DATA = {
    "columns of another name": (YS, "ys.npy", r"is missing; data_path must name .* did you mean ys\.npy"),
    "picture of another name": (PICTURE, "pi.PNG", r"holds pi\.PNG"),
    "only litter": (PICTURE, "._pi.jpg", "holds nothing like it"),
    "text": (XS, b"1 2 3\n", "numpy"),
    "rows cut off": (XS, 200, "cut off, broken"),
    "picture cut off": (PICTURE, 200, "cannot be read as a picture: it is cut off"),
    "objects": (XS, np.array([1, "a"], object), "save one array of numbers"),
    "two arrays": (XS, ARCHIVE.getvalue(), "an archive of 2 arrays"),
    "a header that promises too much": (XS, PROMISE.getvalue(), "more memory than there is"),
    "no rows": (XS, ONES[:0], r"must hold integers .* but its shape is \(0,\)"),
    "rows two-dimensional": (XS, ONES[None], r"its shape is \(1, 300\)"),
    "rows of text": (XS, np.array(["a"] * 300), "its type <U1"),
    "fractions": (XS, ONES + 0.5, "holds 1.5"),
    "not a number": (XS, ONES * np.nan, "holds nan"),
    "infinite": (XS, ONES * np.inf, "holds inf"),
    "negative": (XS, -ONES, "rows from -1 to -1 .* from 0$"),
    "fewer rows": (XS, ONES[1:], "holds 299 numbers"),
}


def put(path: Path, content: str | bytes | int | np.ndarray) -> None:
    if isinstance(content, str):
        path.rename(path.with_name(content))
    elif isinstance(content, np.ndarray):
        np.save(path, content, allow_pickle=True)
    else:
        path.write_bytes(content if isinstance(content, bytes) else path.read_bytes()[:content])


@pytest.mark.parametrize("case", DATA)
def test_unusable_files_are_refused(folder: Path, case: str):
    name, content, complaint = DATA[case]
    put(folder / name, content)

    with pytest.raises(InputError, match=complaint) as error:
        read_points(folder)
    assert "\n" not in str(error.value)


def test_one_point_and_a_broken_link_are_refused(folder: Path):
    for name in (XS, YS):
        np.save(folder / name, [1])
    with pytest.raises(InputError, match="two or more"):
        read_points(folder)

    (folder / XS).unlink()
    (folder / XS).symlink_to("nowhere")
    with pytest.raises(InputError, match="link to nowhere"):
        read_points(folder)
