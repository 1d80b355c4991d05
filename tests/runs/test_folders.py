"""No run is lost by starting another."""

import os
import time
from pathlib import Path

import pytest

from utils.runs.folders import set_aside
from utils.system.errors import InputError


def a_run(folder: Path, content: str = "one", day: int = 1) -> Path:
    """A folder that looks like a run's, last changed on this day of January 2026."""
    (folder / "epochs").mkdir(parents=True, exist_ok=True)
    changed = time.mktime((2026, 1, day, 12, 0, 0, 0, 0, -1))
    for name in ("model.pt", "epochs/epoch_001.png"):
        (folder / name).write_text(content)
        os.utime(folder / name, (changed, changed))
    return folder


def kept(result: Path) -> list[str]:
    """What the earlier runs in `result` hold, in the order of their names."""
    return [file.read_text() for file in sorted((result / "earlier").glob("*/epochs/epoch_001.png"))]


@pytest.mark.parametrize("is_other_disk", [False, True])
def test_the_run_before_is_moved_aside_whole_and_its_name_says_when_it_ended(
    tmp_path: Path, is_other_disk: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The folder may be a link, which stays one."""

    def rename(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    folder = tmp_path / "attention"
    if is_other_disk:
        monkeypatch.setattr(os, "rename", rename)
        folder.symlink_to(tmp_path / "a bigger disk")
        (tmp_path / "a bigger disk").mkdir()
    (tmp_path / "compare.png").touch()

    set_aside(a_run(folder), 20)

    moved = tmp_path / "earlier" / "2026-01-01_12-00-00_attention"
    assert capsys.readouterr().out == f"the earlier run is in {moved}\n"
    assert (kept(tmp_path), moved.is_symlink(), folder.is_symlink()) == (["one"], False, is_other_disk)
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "compare.png").exists(), "it shows a run that is no longer there"


def test_the_oldest_runs_of_the_same_model_are_removed_by_name_but_none_that_was_renamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    a_run(tmp_path / "earlier" / "my_attention_best", "best")
    for model, keep in (("attention", 3), ("attention_2", 9)):
        for day in range(1, 6):
            set_aside(a_run(tmp_path / model, f"{model} {day}", day), keep)

    assert f"removed, because keep_runs=3: {tmp_path}/earlier/2026-01-01_12" in capsys.readouterr().out
    others = [f"attention_2 {day}" for day in range(1, 6)]
    assert sorted(kept(tmp_path)) == ["attention 3", "attention 4", "attention 5", *others, "best"]


@pytest.mark.parametrize("keep", [0, 2])
def test_of_runs_that_end_in_the_same_second_the_newest_are_kept(tmp_path: Path, keep: int):
    for number in range(4):
        set_aside(a_run(tmp_path / "vanilla", str(number)), keep)

    assert len(kept(tmp_path)) == keep
    assert ("3" in kept(tmp_path)) == (keep > 0)


def test_what_has_no_file_of_a_run_is_no_run_and_stays(tmp_path: Path):
    folder, other = tmp_path / "vanilla", tmp_path / "earlier" / "2025-01-01_12-00-00_vanilla"
    for path in (folder, other):
        path.mkdir(parents=True)
        for name in ("Icon\r", "._model.pt", "my.npy"):
            (path / name).touch()

    set_aside(folder, 0)

    assert len([*folder.iterdir()]) == 3
    for day in (1, 2):
        set_aside(a_run(folder, day=day), 1)
    assert {path.name for path in other.parent.iterdir()} == {other.name, "2026-01-02_12-00-00_vanilla"}


def test_a_run_that_cannot_be_moved_is_refused_and_stays(tmp_path: Path):
    (tmp_path / "earlier").touch()

    with pytest.raises(InputError, match="attention: cannot be moved"):
        set_aside(a_run(tmp_path / "attention"), 20)

    assert (tmp_path / "attention" / "model.pt").read_text() == "one"
