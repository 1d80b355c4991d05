import os
from pathlib import Path

import pytest

from utils.program.errors import InputError
from utils.runs.folders import EARLIER, RESULTS, clear_results, set_aside


def a_run(folder: Path, seconds: int) -> Path:
    """A run in `folder` whose last change was `seconds` after the epoch."""
    (folder / "epochs").mkdir(parents=True, exist_ok=True)
    (folder / "model.pt").write_text(str(seconds))
    for path in (folder / "epochs", folder / "model.pt"):
        os.utime(path, (seconds, seconds))
    return folder


def kept(result: Path) -> list[str]:
    """What the models of the earlier runs in `result` hold, in the order of their names."""
    return [(path / "model.pt").read_text() for path in sorted((result / EARLIER).iterdir())]


def test_the_run_before_is_moved_aside_whole(tmp_path: Path):
    folder = a_run(tmp_path / "vanilla", 100)

    moved = set_aside(folder, keep=20)

    assert moved is not None
    assert sorted(path.name for path in moved.iterdir()) == ["epochs", "model.pt"]
    assert moved.parent == tmp_path / EARLIER
    assert list(folder.iterdir()) == []


def test_an_empty_folder_stays_where_it_is(tmp_path: Path):
    assert set_aside(tmp_path, keep=20) is None
    assert list(tmp_path.iterdir()) == []


def test_the_latest_runs_of_a_model_are_kept_and_those_of_other_models_stay(tmp_path: Path):
    day = 24 * 60 * 60
    set_aside(a_run(tmp_path / "attention", day), keep=2)
    for number in range(2, 6):
        set_aside(a_run(tmp_path / "vanilla", number * day), keep=2)

    assert kept(tmp_path) == [str(number * day) for number in (1, 4, 5)]


def test_runs_of_the_same_second_do_not_replace_each_other(tmp_path: Path):
    for _ in range(3):
        set_aside(a_run(tmp_path / "vanilla", 100), keep=20)

    assert kept(tmp_path) == ["100"] * 3


def test_none_are_kept_if_none_are_wanted(tmp_path: Path):
    assert set_aside(a_run(tmp_path / "vanilla", 100), keep=0) is None
    assert kept(tmp_path) == []


def test_a_run_that_cannot_be_moved_is_refused_and_stays(tmp_path: Path):
    folder = a_run(tmp_path / "vanilla", 100)
    (tmp_path / EARLIER).touch()

    with pytest.raises(InputError, match=r"the earlier run cannot be moved to .*; move it yourself"):
        set_aside(folder, keep=20)

    assert (folder / "model.pt").exists()


def test_results_are_cleared_and_what_training_wrote_stays(tmp_path: Path):
    for name in (*RESULTS, "model.pt", "loss.png"):
        (tmp_path / name).touch()

    clear_results(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"model.pt", "loss.png"}


def test_what_systems_leave_in_a_folder_is_no_run(tmp_path: Path):
    (tmp_path / "vanilla").mkdir()
    for name in (".DS_Store", "Thumbs.db"):
        (tmp_path / "vanilla" / name).touch()

    assert set_aside(tmp_path / "vanilla", keep=3) is None
    assert not (tmp_path / "earlier").exists()
