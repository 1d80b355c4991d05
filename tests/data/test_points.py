"""Reading, splitting and naming data sets. What is refused, and with which words, is in tests/test_bad_input.py."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.points import PICTURE, XS, YS, ColoredPoints, read_points
from utils.system.errors import InputError


def test_a_point_is_row_column_and_the_color_of_the_picture_there(tmp_path: Path):
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[19, 39], picture[0, 1] = 200, 100
    Image.fromarray(picture).save(tmp_path / PICTURE, "PNG")
    np.save(tmp_path / XS, [19, 0])
    np.save(tmp_path / YS, [39, 1])

    data = read_points(tmp_path)

    assert data.scaling.shape == (20, 40)
    assert data.points.tolist() == [[19, 39, 200, 200, 200], [0, 1, 100, 100, 100]]


@pytest.mark.filterwarnings("error")
def test_pixel_indices_may_be_whole_numbers_of_any_type(folder: Path):
    expected = read_points(folder).points

    for kind in ("u1", "u8", ">i4", "f2", "f8", "g"):
        np.save(folder / XS, np.load(folder / XS).astype(kind))
        assert read_points(folder).points.equal(expected)


def test_the_split_is_a_partition_that_the_seed_determines(points: ColoredPoints):
    train, held_out = points.split(0.1, seed=3)

    assert (len(train), len(held_out)) == (270, 30)
    assert sorted(train.points.tolist() + held_out.points.tolist()) == sorted(points.points.tolist())
    assert torch.equal(points.split(0.1, seed=3)[1].points, held_out.points)
    assert not torch.equal(points.split(0.1, seed=4)[1].points, held_out.points)
    # At least one point is held out, and one is trained on.
    assert [len(part) for part in ColoredPoints(points.points[:2], points.scaling).split(0.01, 0)] == [1, 1]


def test_the_fingerprint_changes_with_the_points_and_with_their_grid(points: ColoredPoints):
    reordered = ColoredPoints(points.points.flip(0), points.scaling)
    on_another_grid = ColoredPoints(points.points, type(points.scaling)((60, 61)))

    assert points.fingerprint() == ColoredPoints(points.points.clone(), points.scaling).fingerprint()
    assert len({data.fingerprint() for data in (points, reordered, on_another_grid)}) == 3


@pytest.mark.parametrize(
    ("ground", "ink", "shape", "complaint"),
    [
        ((255, 255, 255), (0, 0, 0), (80, 80), "the axes are swapped: "),
        ((0, 0, 0), (255, 255, 255), (80, 80), "the axes are swapped: "),
        ((20, 60, 180), (250, 200, 0), (80, 80), "the axes are swapped: "),
        ((0, 0, 0), (250, 200, 0), (70, 120), "leaves the picture"),
    ],
)
def test_exchanged_axes_are_told_by_the_background_whatever_its_color_or_by_the_size(
    tmp_path: Path, ground: tuple[int, int, int], ink: tuple[int, int, int], shape: tuple[int, int], complaint: str
):
    ell = np.zeros(shape, bool)
    ell[8:60, 10:20] = ell[50:60, 10 : shape[1] - 10] = True
    Image.fromarray(np.where(ell[..., None], ink, ground).astype(np.uint8)).save(tmp_path / PICTURE, "PNG")
    rows, columns = np.nonzero(ell)
    np.save(tmp_path / XS, rows)
    np.save(tmp_path / YS, columns)
    assert read_points(tmp_path).background == ground

    np.save(tmp_path / XS, columns)
    np.save(tmp_path / YS, rows)
    with pytest.raises(InputError, match=rf"{complaint}.*; with the two files exchanged, all points would fit"):
        read_points(tmp_path)


def test_a_picture_without_a_background_or_with_nothing_else_is_not_refused(folder: Path, rng: np.random.Generator):
    for picture in (rng.integers(0, 256, (60, 60, 3), np.uint8), np.full((60, 60, 3), 5, np.uint8)):
        Image.fromarray(picture).save(folder / PICTURE, "PNG")
        data = read_points(folder)
        assert data.background == ((0, 0, 0) if np.ptp(picture) else (5, 5, 5))
