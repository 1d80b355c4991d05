"""`python -m utils.evaluation` judges any file of points."""

from pathlib import Path

import numpy as np
import pytest
import torch

from data.points import read_points
from utils.evaluation.__main__ import main
from utils.system.errors import InputError


def test_a_file_of_points_is_judged_on_one_thread(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    counts: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", counts.append)
    np.savez(tmp_path / "samples.npz", read_points(folder).points.numpy().astype(np.float32) - 0.2)

    main(["--data", str(folder), "--holdout", "0.3", str(tmp_path / "samples.npz")])

    printed = capsys.readouterr().out
    assert counts == [1]
    assert printed.startswith("No verdict: only ")
    # Of the copies of all data, that many are of training points.
    assert "70.0%" in printed


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (np.zeros((5, 4)), r"must hold numbers .*float64 \(5, 4\)"),
        (np.full((9, 5), np.nan), "all finite"),
        (np.random.default_rng(0).random((9, 5)) * [50, 50, 1, 1, 1], "look scaled"),
    ],
)
def test_files_that_hold_no_points_are_refused(folder: Path, tmp_path: Path, samples: np.ndarray, complaint: str):
    np.save(tmp_path / "samples.npy", samples)

    with pytest.raises(InputError, match=complaint):
        main(["--data", str(folder), str(tmp_path / "samples.npy")])
