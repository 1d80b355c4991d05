import multiprocessing
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.points import ColoredPoints, read_points
from utils.program.errors import InputError


def test_a_point_is_row_column_and_the_color_of_the_picture_there(folder: Path):
    points = read_points(folder).points
    picture = np.asarray(Image.open(folder / "sparse_pi_colored.jpg"))

    xs, ys = np.load(folder / "pi_xs.npy"), np.load(folder / "pi_ys.npy")

    assert points.shape == (300, 5)
    assert points[:, :2].tolist() == np.column_stack([xs, ys]).tolist()
    assert points[7, 2:].tolist() == picture[xs[7], ys[7]].tolist()


def test_pictures_need_not_be_square(tmp_path: Path):
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[19, 39] = 200
    picture[0, 1] = 100
    Image.fromarray(picture).save(tmp_path / "sparse_pi_colored.jpg", "PNG")
    np.save(tmp_path / "pi_xs.npy", [19, 0])
    np.save(tmp_path / "pi_ys.npy", [39, 1])

    data = read_points(tmp_path)

    assert data.scaling.size == (20, 40, 256, 256, 256)
    assert data.points.tolist() == [[19, 39, 200, 200, 200], [0, 1, 100, 100, 100]]


@pytest.mark.parametrize("mode", ["L", "P", "RGBA"])
def test_pictures_of_other_modes_are_converted(folder: Path, mode: str):
    path = folder / "sparse_pi_colored.jpg"
    Image.open(path).convert("L").convert(mode).save(path, "PNG")

    colors = read_points(folder).points[:, 2:]

    assert (colors == colors[:, :1]).all()


def test_swapped_axes_are_noticed_and_said(folder: Path):
    (folder / "pi_xs.npy").rename(folder / "kept.npy")
    (folder / "pi_ys.npy").rename(folder / "pi_xs.npy")
    (folder / "kept.npy").rename(folder / "pi_ys.npy")

    with pytest.raises(InputError, match=r"axes are swapped.*pi_xs\.npy must hold the rows"):
        read_points(folder)


def test_dark_points_are_no_reason_to_complain(folder: Path):
    path = folder / "sparse_pi_colored.jpg"
    Image.new("RGB", Image.open(path).size, (5, 5, 5)).save(path)

    assert (read_points(folder).points[:, 2:] == 5).all()


@pytest.mark.parametrize(
    ("xs", "complaint"),
    [
        (np.arange(299), r"pi_xs\.npy holds 299 numbers and pi_ys\.npy 300|leaves the picture"),
        (np.zeros(7, int), r"pi_xs\.npy holds 7 numbers and pi_ys\.npy 300"),
        (np.zeros((300, 1), int), r"pi_xs\.npy: must be a list of numbers.*\(300, 1\)"),
        (np.full(300, 0.5), r"pi_xs\.npy: must hold integers"),
        (np.full(300, np.nan), r"pi_xs\.npy: must hold integers"),
        (np.full(300, -1), r"pi_xs\.npy: -1 to -1 leaves the picture, which has 60 rows"),
        (np.full(300, 60), r"pi_xs\.npy: 60 to 60 leaves the picture"),
        (np.array([None] * 300), r"pi_xs\.npy: cannot be read as a NumPy array"),
        (np.array(["1"] * 300), r"pi_xs\.npy: must hold integers"),
    ],
)
def test_unusable_arrays_are_refused_by_name(folder: Path, xs: np.ndarray, complaint: str):
    np.save(folder / "pi_xs.npy", xs)

    with pytest.raises(InputError, match=complaint):
        read_points(folder)


@pytest.mark.parametrize("name", ["pi_xs.npy", "pi_ys.npy", "sparse_pi_colored.jpg"])
def test_missing_empty_and_broken_files_are_refused_by_name(folder: Path, name: str):
    content = (folder / name).read_bytes()
    for broken in (content[: len(content) // 2], b"", b"something else"):
        (folder / name).write_bytes(broken)
        with pytest.raises(InputError, match=f"{name}: cannot be read"):
            read_points(folder)

    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: there is no such"):
        read_points(folder)


def test_the_split_is_a_partition_that_the_seed_chooses(points: ColoredPoints):
    train, held_out = points.split(0.1, seed=3)

    assert (len(train), len(held_out)) == (270, 30)
    assert sorted(train.points.tolist() + held_out.points.tolist()) == sorted(points.points.tolist())
    assert torch.equal(points.split(0.1, seed=3)[1].points, held_out.points)
    assert not torch.equal(points.split(0.1, seed=4)[1].points, held_out.points)


def test_at_least_one_point_is_held_out_and_one_is_trained_on(points: ColoredPoints):
    assert [len(part) for part in ColoredPoints(points.points[:2], points.scaling).split(0.01, 0)] == [1, 1]


@pytest.mark.parametrize(("batch_size", "sizes"), [(1, [100, 100, 100]), (40, [80, 80, 80, 60]), (128, [128, 128, 44])])
def test_whole_batches_are_fetched_many_at_a_time(
    points: ColoredPoints, monkeypatch: pytest.MonkeyPatch, batch_size: int, sizes: list[int]
):
    monkeypatch.setattr("data.points.CHUNK", 100)

    chunks = list(points.chunks(batch_size, 0, torch.Generator().manual_seed(0)))

    assert [len(chunk) for chunk in chunks] == sizes
    assert sorted(torch.cat(chunks).tolist()) == sorted(points.points.tolist())


def test_each_epoch_has_an_order_of_its_own(points: ColoredPoints):
    chunks = points.chunks(300, 0, torch.Generator().manual_seed(0))

    assert not torch.equal(next(iter(chunks)), next(iter(chunks)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes_give_the_same_chunks_and_are_kept(
    points: ColoredPoints, monkeypatch: pytest.MonkeyPatch, method: str
):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    monkeypatch.setattr("data.points.CHUNK", 100)
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method(method, force=True)
    try:
        alone = points.chunks(100, 0, torch.Generator().manual_seed(0))
        loader = points.chunks(100, 2, torch.Generator().manual_seed(0))
        workers = []
        for _ in range(2):
            assert [chunk.tolist() for chunk in loader] == [chunk.tolist() for chunk in alone]
            workers.append({process.pid for process in multiprocessing.active_children()})
    finally:
        multiprocessing.set_start_method(before, force=True)

    assert len(workers[0]) == 2
    assert workers[0] == workers[1]


def test_the_fingerprint_names_the_points_and_their_grid(points: ColoredPoints):
    other = ColoredPoints(points.points.flip(0), points.scaling)

    assert points.fingerprint() == ColoredPoints(points.points.clone(), points.scaling).fingerprint()
    assert points.fingerprint() != other.fingerprint()
