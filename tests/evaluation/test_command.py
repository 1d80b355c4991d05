"""`python -m utils.evaluation` judges any file of points."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.points import read_points
from utils.evaluation.__main__ import main
from utils.program.errors import InputError


def test_a_file_of_points_is_judged(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    points = read_points(folder).points.numpy()
    np.save(tmp_path / "samples.npy", points.astype(np.float32) + 0.2)

    main(["--data", str(folder), "--holdout", "0.3", str(tmp_path / "samples.npy")])

    printed = capsys.readouterr().out
    assert "exact copies of training points" in printed
    assert "0.7000" in printed
    assert printed.splitlines()[-1].startswith("verdict: ")


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (None, "cannot be read"),
        (np.zeros((5, 4)), r"must hold numbers \(n, 5\), but is float64 \(5, 4\)"),
        (np.zeros((1, 5)), r"but is float64 \(1, 5\)"),
        (np.full((9, 5), np.nan), "not finite"),
        (np.full((9, 5), "a"), "must hold numbers"),
    ],
)
def test_files_that_hold_no_points_are_refused(
    folder: Path, tmp_path: Path, samples: np.ndarray | None, complaint: str
):
    if samples is not None:
        np.save(tmp_path / "samples.npy", samples)

    with pytest.raises(InputError, match=complaint):
        main(["--data", str(folder), str(tmp_path / "samples.npy")])


def test_a_mistake_in_what_is_to_be_judged_costs_one_line(tmp_path: Path):
    command = [sys.executable, "-m", "utils.evaluation", "--data", str(tmp_path), "none.npy"]
    repository = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("error: ")
