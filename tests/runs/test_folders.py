"""No run is lost by starting another, and no folder mixes files of two runs."""

import os
import time
from pathlib import Path

import pytest
from quick import Finished, command_line

from main import main
from utils.runs.folders import run_files, set_aside
from utils.runs.run import ResultFile
from utils.system.errors import InputError
from utils.training.checkpoint import TrainingFile


def a_run(folder: Path, content: str, day: int = 1) -> Path:
    """A folder that looks like a run's, last changed on this day of January 2026."""
    (folder / "epochs").mkdir(parents=True, exist_ok=True)
    for name in ("config.yaml", "model.pt", "epochs/epoch_001.png"):
        (folder / name).write_text(content)
    changed = time.mktime((2026, 1, day, 12, 0, 0, 0, 0, -1))
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (changed, changed))
    return folder


def kept(result: Path) -> list[str]:
    """What the earlier runs in `result` hold, in the order of their names; each of them is whole."""
    runs = sorted((result / "earlier").iterdir())
    assert all((run / "epochs" / "epoch_001.png").exists() for run in runs)
    return [(run / "model.pt").read_text() for run in runs]


@pytest.mark.parametrize("is_other_disk", [False, True])
def test_the_run_before_is_moved_aside_whole_and_its_name_says_when_it_ended(
    tmp_path: Path, is_other_disk: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def rename(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    if is_other_disk:
        monkeypatch.setattr(os, "rename", rename)
    folder = a_run(tmp_path / "attention", "one")
    (tmp_path / "compare.png").touch()
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    set_aside(folder, 20)

    moved = tmp_path / "earlier" / "2026-01-01_12-00-00_attention"
    assert capsys.readouterr().out == f"the earlier run is in {moved}\n"
    assert sorted(path.relative_to(moved) for path in moved.rglob("*")) == before
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "compare.png").exists(), "it shows a run that is no longer there"
    assert not run_files(folder)


def test_a_folder_that_is_a_link_stays_one(tmp_path: Path):
    link = tmp_path / "vanilla"
    link.symlink_to(a_run(tmp_path / "a bigger disk", "one"))

    set_aside(link, 20)

    assert kept(tmp_path) == ["one"]
    assert not any(path.is_symlink() for path in (tmp_path / "earlier").iterdir())
    assert link.readlink() == tmp_path / "a bigger disk"
    assert list(link.iterdir()) == []


def test_the_oldest_runs_of_the_same_model_are_removed_by_name_but_none_that_was_renamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    a_run(tmp_path / "earlier" / "my_attention_best", "best")
    for model in ("attention", "attention_2"):
        for day in range(1, 6):
            set_aside(a_run(tmp_path / model, f"{model} {day}", day), 3 if model == "attention" else 9)

    line = "removed, because keep_runs=3: 2026-01-01_12-00-00_attention\n"
    assert line in capsys.readouterr().out
    assert sorted(kept(tmp_path)) == [
        *(f"attention {day}" for day in (3, 4, 5)),
        *(f"attention_2 {day}" for day in range(1, 6)),
        "best",
    ]


def test_of_runs_that_end_in_the_same_second_the_newest_is_kept(tmp_path: Path):
    for number in range(4):
        set_aside(a_run(tmp_path / "vanilla", str(number)), 2)

    assert "3" in kept(tmp_path)
    assert len(kept(tmp_path)) == 2


def test_what_has_no_file_of_a_run_is_no_run_and_stays(tmp_path: Path):
    folder, others = tmp_path / "vanilla", ("Icon\r", ".DS_Store", "._model.pt", "notes.txt", "my.npy")
    other = tmp_path / "earlier" / "2025-01-01_12-00-00_vanilla"
    (folder / "epochs").mkdir(parents=True)
    other.mkdir(parents=True)
    for path in (folder, other):
        for name in others:
            (path / name).touch()

    set_aside(folder, 20)

    assert {path.name for path in folder.iterdir()} == {"epochs", *others}
    for day in (1, 2):
        set_aside(a_run(folder, "one", day), 1)
    assert other.exists()
    assert len([*other.parent.iterdir()]) == 2


def test_without_keep_runs_none_is_kept_and_a_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    set_aside(a_run(tmp_path / "vanilla", "one"), 0)

    assert capsys.readouterr().out == "removed, because keep_runs=0: 2026-01-01_12-00-00_vanilla\n"
    assert list((tmp_path / "earlier").iterdir()) == list((tmp_path / "vanilla").iterdir()) == []


def test_a_run_that_cannot_be_moved_is_refused_and_stays(tmp_path: Path):
    (tmp_path / "earlier").touch()

    with pytest.raises(InputError, match=r"attention: the earlier run cannot be moved .*; move it yourself"):
        set_aside(a_run(tmp_path / "attention", "one"), 20)

    assert (tmp_path / "attention" / "model.pt").read_text() == "one"


def test_what_was_made_with_a_model_goes_once_a_resumed_run_has_changed_it(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Were it stopped then, pictures of an older model would lie beside the new one."""
    out = finished.copied(tmp_path / "result") / "vanilla"
    assert [name for name in ResultFile if not (out / name).exists()] == []

    def stop(*_: object) -> None:
        raise InputError("stopped before generating")

    monkeypatch.setattr("utils.runs.steps.generate", stop)
    with pytest.raises(InputError, match="stopped before generating"):
        main(command_line(finished.data, tmp_path / "result", "model=vanilla", "epochs=3", "--resume"))

    assert [name for name in ResultFile if (out / name).exists()] == []
    assert [name for name in TrainingFile if not (out / name).exists()] == []
