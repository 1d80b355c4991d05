"""No run is lost by starting another, and no folder mixes files of two runs, whatever is interrupted when."""

import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from quick import Finished, command_line

from main import main
from utils.program.errors import InputError
from utils.run import Result, Trained
from utils.runs.folders import set_aside

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts its runs by fork, for speed")


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
    runs = sorted(path for path in (result / "earlier").iterdir() if path.name[0] != ".")
    assert all((run / "epochs" / "epoch_001.png").exists() for run in runs)
    return [(run / "model.pt").read_text() for run in runs]


@pytest.fixture
def another_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is moved into another folder must be copied."""
    proper = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(18, "Invalid cross-device link")
        return proper(self, target)

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("disk", ["same", "another"])
def test_the_run_before_is_moved_aside_whole_and_its_name_says_when_it_ended(
    tmp_path: Path, disk: str, request: pytest.FixtureRequest
):
    if disk == "another":
        request.getfixturevalue("another_disk")
    folder = a_run(tmp_path / "attention", "one")
    (tmp_path / "compare.png").touch()
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    moved = set_aside(folder, 20)

    assert moved == tmp_path / "earlier" / "2026-01-01_12-00-00_attention"
    assert sorted(path.relative_to(moved) for path in moved.rglob("*")) == before
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "compare.png").exists(), "it shows a run that is no longer there"
    assert set_aside(folder, 20) is None


def test_a_folder_that_is_a_link_stays_one(tmp_path: Path):
    link = tmp_path / "vanilla"
    link.symlink_to(a_run(tmp_path / "a bigger disk", "one"))

    moved = set_aside(link, 20)

    assert kept(tmp_path) == ["one"]
    assert moved
    assert not moved.is_symlink()
    assert link.readlink() == tmp_path / "a bigger disk"
    assert list(link.iterdir()) == []


def test_the_oldest_runs_of_the_same_model_are_removed_but_none_that_was_renamed(tmp_path: Path):
    a_run(tmp_path / "earlier" / "my_attention_best", "best")
    for model in ("attention", "attention_2"):
        for day in range(1, 6):
            set_aside(a_run(tmp_path / model, f"{model} {day}", day), 3 if model == "attention" else 9)

    assert sorted(kept(tmp_path)) == [
        *(f"attention {day}" for day in (3, 4, 5)),
        *(f"attention_2 {day}" for day in range(1, 6)),
        "best",
    ]


def test_runs_that_end_in_the_same_second_are_kept_in_their_order(tmp_path: Path):
    for number in range(12):
        set_aside(a_run(tmp_path / "vanilla", f"{number:02}"), 10)

    assert kept(tmp_path) == [f"{number:02}" for number in range(2, 12)]


@pytest.mark.parametrize("files", [[".DS_Store"], ["Thumbs.db", "._model.pt"], ["config.yaml", "model.part.pt"]])
def test_litter_and_a_run_without_an_epoch_are_not_kept_nor_one_that_nobody_wants(tmp_path: Path, files: list[str]):
    folder = tmp_path / "vanilla"
    folder.mkdir()
    for name in files:
        (folder / name).touch()

    assert set_aside(folder, 20) is None
    assert set_aside(a_run(folder, "one"), 0) is None
    assert not (tmp_path / "earlier").exists()
    assert list(folder.iterdir()) == []


def test_a_run_that_cannot_be_moved_is_refused_and_stays(tmp_path: Path):
    (tmp_path / "earlier").touch()

    with pytest.raises(InputError, match=r"attention: the earlier run cannot be moved .*; move it yourself"):
        set_aside(a_run(tmp_path / "attention", "one"), 20)

    assert (tmp_path / "attention" / "model.pt").read_text() == "one"


@needs_fork
@pytest.mark.parametrize("keep", [1, 20])
@pytest.mark.parametrize("disk", ["same", "another"])
@pytest.mark.parametrize("call", ["rename 1", "rename 2", "rename 3", "mkdir 2", "rmtree 1", "rmtree 2", "rmtree 4"])
def test_killed_at_any_step_of_moving_every_run_is_whole_in_one_place(
    tmp_path: Path, disk: str, request: pytest.FixtureRequest, call: str, keep: int
):
    set_aside(a_run(tmp_path / "vanilla", "old", 1), 20)
    a_run(tmp_path / "vanilla", "new", 2)
    if disk == "another":
        request.getfixturevalue("another_disk")
    name, number = call.split()
    owner = shutil if name == "rmtree" else Path
    proper, calls = getattr(owner, name), []

    def counting(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return proper(*arguments, **options)

    def start() -> None:
        setattr(owner, name, counting)
        set_aside(tmp_path / "vanilla", keep)

    process = multiprocessing.get_context("fork").Process(target=start)
    process.start()
    process.join()

    # The next run finds its way from there.
    (tmp_path / "vanilla").mkdir(exist_ok=True)
    set_aside(tmp_path / "vanilla", 20)
    assert list((tmp_path / "vanilla").iterdir()) == []
    assert set(kept(tmp_path)) in ({"old", "new"}, {"new"} if keep == 1 else {"old", "new"})


def test_what_was_made_with_a_model_goes_once_a_resumed_run_has_changed_it(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Were it stopped then, pictures of an older model would lie beside the new one."""
    out = finished.copied(tmp_path / "result") / "vanilla"
    assert [name for name in Result if not (out / name).exists()] == []

    def stop(*_: object) -> None:
        raise InputError("stopped before generating")

    monkeypatch.setattr("utils.session.generate", stop)
    with pytest.raises(InputError, match="stopped before generating"):
        main(command_line(finished.data, tmp_path / "result", "model=vanilla", "epochs=3", "--resume"))

    assert [name for name in Result if (out / name).exists()] == []
    assert [name for name in Trained if not (out / name).exists()] == []
