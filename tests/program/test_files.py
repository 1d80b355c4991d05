import errno
import multiprocessing
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from utils.program.errors import InputError
from utils.program.files import claimed, write_bytes, write_text, write_whole


def test_a_file_is_moved_to_its_place_once_it_is_whole(tmp_path: Path):
    (tmp_path / "file.txt").write_text("before")

    def write(unfinished: Path) -> None:
        assert unfinished.suffix == ".txt"
        unfinished.write_text("half a fi")
        assert (tmp_path / "file.txt").read_text() == "before"
        unfinished.write_text("a whole file")

    write_whole(tmp_path / "file.txt", write)

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file.txt", "a whole file")]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.ENOSPC, r"\(No space left on device\); make room there"),
        (errno.EACCES, r"\(Permission denied\); close it in other programs, or choose another folder"),
    ],
)
def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(tmp_path: Path, code: int, remedy: str):
    def fail(unfinished: Path) -> None:
        unfinished.write_text("half a fi")
        raise OSError(code, os.strerror(code))

    (tmp_path / "file").write_text("before")
    with pytest.raises(InputError, match=f"file: cannot be written {remedy}"):
        write_whole(tmp_path / "file", fail)

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "before")]


def test_a_durable_file_is_on_the_disk_before_it_is_in_its_place_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    proper_fsync, proper_replace, events = os.fsync, os.replace, []

    def fsync(descriptor: int) -> None:
        events.append("sync")
        proper_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        events.append("move")
        proper_replace(source, target)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.replace", replace)

    write_bytes(tmp_path / "file", b"content", durable=True)
    write_bytes(tmp_path / "other", b"content")

    assert events == ["sync", "move", "sync", "move"]
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_disk_that_cannot_sync_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fsync(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("os.fsync", fsync)

    write_bytes(tmp_path / "file", b"content", durable=True)

    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS])
def test_a_disk_without_locks_is_written_to_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
):
    def flock(descriptor: int, operation: int) -> None:
        if operation & fcntl.LOCK_EX:
            raise OSError(code, os.strerror(code))

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr("fcntl.flock", flock)

    with claimed(tmp_path / "new"):
        assert capsys.readouterr().out.endswith("no file locks; take care that no second run writes there\n")


def test_text_is_written_in_utf_8_with_a_replacement_for_what_is_no_character(tmp_path: Path):
    write_text(tmp_path / "file", "π\udce9\n")

    assert (tmp_path / "file").read_bytes() == b"\xcf\x80?\n"


def test_a_claimed_folder_is_refused_to_others_until_its_run_has_ended_or_failed(tmp_path: Path):
    refused = pytest.raises(InputError, match="new: another run is writing there; wait for it")
    with refused, claimed(tmp_path / "new"), claimed(tmp_path / "new"):
        pass

    with claimed(tmp_path / "new"):
        pass
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ends a process that was started by fork")
def test_a_folder_is_free_once_the_process_that_claimed_it_has_died(tmp_path: Path):
    def claim_and_die() -> None:
        with claimed(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=claim_and_die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    with claimed(tmp_path):
        pass


def test_too_little_room_on_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=3 * 2**20))

    with pytest.raises(InputError, match="only 3 MB are free on this disk; a run needs 64"), claimed(tmp_path / "new"):
        pass

    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(InputError, match="set result_path to a folder that can"), claimed(tmp_path / "file" / "new"):
        pass
