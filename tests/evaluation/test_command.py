"""`python -m utils.evaluation` judges any file of points."""

from pathlib import Path

import numpy as np
import pytest
import torch

from data.points import read_points
from utils.evaluation.__main__ import main
from utils.system.errors import InputError


@pytest.mark.parametrize("name", ["samples.npy", "samples.npz"])
def test_a_file_of_points_is_judged_on_one_thread(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, name: str
):
    counts: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", counts.append)
    points = read_points(folder).points.numpy().astype(np.float32) + 0.2
    (np.save if name == "samples.npy" else np.savez)(tmp_path / name, points)

    main(["--data", str(folder), "--holdout", "0.3", str(tmp_path / name)])

    printed = capsys.readouterr().out
    assert counts == [1]
    assert "exact copies of training points" in printed
    assert "70.0%" in printed
    assert printed.startswith("No verdict: only ")


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (None, "there is no such file"),
        (np.zeros((5, 4)), r"must hold numbers \(n, 5\), but is float64 \(5, 4\)"),
        (np.zeros((1, 5)), r"but is float64 \(1, 5\)"),
        (np.full((9, 5), np.nan), "not finite"),
        (np.full((9, 5), "a"), "must hold numbers"),
        (np.random.default_rng(0).uniform(-1, 1, (9, 5)), r"colors lie in -\d\.\d\.\.\d\.\d, so they look scaled"),
        (np.random.default_rng(0).random((9, 5)) * [50, 50, 1, 1, 1], r"colors lie in 0\.0\.\.1\.0"),
        (np.full((9, 5), 1000), "lie outside of the picture of 60 x 60 pixels"),
        (np.full((9, 5), -1000), "lie outside of the picture of 60 x 60 pixels"),
    ],
)
def test_files_that_hold_no_points_are_refused(
    folder: Path, tmp_path: Path, samples: np.ndarray | None, complaint: str
):
    if samples is not None:
        np.save(tmp_path / "samples.npy", samples)

    with pytest.raises(InputError, match=complaint):
        main(["--data", str(folder), str(tmp_path / "samples.npy")])


def test_an_archive_of_one_array_is_taken_and_one_of_several_is_refused(folder: Path, tmp_path: Path):
    points, path = read_points(folder).points.numpy(), tmp_path / "samples.npz"
    np.savez(path, points=points)
    main(["--data", str(folder), str(path)])

    np.savez(path, points=points, others=points)
    with pytest.raises(InputError, match="is an archive, and not of one array; save one array of numbers"):
        main(["--data", str(folder), str(path)])
