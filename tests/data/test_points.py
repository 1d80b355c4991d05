"""Reading, refusing, splitting and naming data sets. Points that do not fit their picture are in test_background.py."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data import random_subset
from data.points import PICTURE, XS, YS, ColoredPoints, read_points
from data.scaling import Scaling
from utils.system.errors import InputError


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["u1", "u8", ">i4", "f2", "f8"])
def test_a_point_is_row_column_in_numbers_of_any_type_and_the_color_of_the_picture_there(tmp_path: Path, kind: str):
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[19, 39], picture[0, 1] = 200, 100
    Image.fromarray(picture).save(tmp_path / PICTURE, "PNG")
    np.save(tmp_path / XS, np.array([19, 0], kind))
    np.save(tmp_path / YS, np.array([39, 1], kind))

    data = read_points(tmp_path)

    assert data.scaling.shape == (20, 40)
    assert data.points.tolist() == [[19, 39, 200, 200, 200], [0, 1, 100, 100, 100]]


ONES = np.ones(300, int)
PROMISE = {"descr": "<i8", "fortran_order": False, "shape": (10**14,)}
# What is said of the rows, by what is in their place: an array, or what a function writes.
UNUSABLE = {
    "save one array of numbers": np.array([1, "a"], object),
    "an archive of 2 arrays": lambda file: np.savez(file, a=ONES, b=ONES),
    "more memory than there is": lambda file: np.lib.format.write_array_header_1_0(file, PROMISE),
    "holds 0 numbers .* as many": ONES[:0],
    r"its shape is \(1, 300\)": ONES[None],
    "its type <U1": np.array(["a"] * 300),
    "holds nan": ONES * np.nan,
    "rows from -1 to -1 .* from 0$": -ONES,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("complaint", UNUSABLE)
def test_unusable_rows_are_refused(folder: Path, complaint: str):
    content = UNUSABLE[complaint]
    with open(folder / XS, "wb") as file:
        content(file) if callable(content) else np.save(file, content)

    with pytest.raises(InputError, match=complaint):
        read_points(folder)


def test_one_point_a_broken_link_and_another_name_are_refused(folder: Path):
    def refused(words: str) -> None:
        with pytest.raises(InputError, match=words):
            read_points(folder)

    for name in (XS, YS):
        np.save(folder / name, [1])
    refused("two or more")
    (folder / XS).unlink()
    (folder / XS).symlink_to("nowhere")
    refused("link to nowhere")
    (folder / PICTURE).rename(folder / "pi.png")
    refused(r"is missing; data_path must name .* its folder holds pi\.png")


def test_the_split_is_a_partition_that_the_seed_determines(points: ColoredPoints):
    train, held_out = points.split(0.1, seed=3)

    assert (len(train), len(held_out)) == (270, 30)
    assert sorted(train.points.tolist() + held_out.points.tolist()) == sorted(points.points.tolist())
    assert torch.equal(points.split(0.1, seed=3)[1].points, held_out.points)
    assert not torch.equal(points.split(0.1, seed=4)[1].points, held_out.points)
    # At least one point is held out, and one is trained on.
    assert [len(part) for part in points.with_points(points.points[:2]).split(0.01, 0)] == [1, 1]


def test_the_fingerprint_changes_with_the_points_and_with_their_grid(points: ColoredPoints):
    others = points.with_points(points.points.flip(0)), ColoredPoints(points.points, Scaling((60, 61)))

    assert points.fingerprint() == points.with_points(points.points.clone()).fingerprint()
    assert len({data.fingerprint() for data in (points, *others)}) == 3


@pytest.mark.parametrize("points", [np.arange(1000), torch.arange(1000)], ids=["numpy", "torch"])
def test_some_points_that_stand_for_all_are_random_ones_and_the_same_each_time(points: np.ndarray | torch.Tensor):
    subset = random_subset(points, 100).tolist()

    assert len({*subset}) == 100
    # The first of them, too, are from everywhere.
    assert 400 < np.mean(subset[:50]) < 600
    assert subset == random_subset(points, 100).tolist()
    assert random_subset(points, 1000) is points
