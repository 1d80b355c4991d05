import errno
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from utils.system.errors import InputError
from utils.system.files import claimed, write_bytes, write_text, write_whole


def test_a_file_is_moved_to_its_place_once_it_is_whole_and_else_leaves_the_one_before(tmp_path: Path):
    path = tmp_path / "file.txt"
    path.write_text("before")

    def write(unfinished: Path) -> None:
        assert unfinished.suffix == ".txt"
        unfinished.write_text("a whole file")
        assert path.read_text() == "before"

    def fail(unfinished: Path) -> None:
        unfinished.write_text("half a fi")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"file\.txt: .*make room"):
        write_whole(path, fail)
    assert [path.read_text(), *tmp_path.iterdir()] == ["before", path]
    write_whole(path, write)
    assert [path.read_text(), *tmp_path.iterdir()] == ["a whole file", path]


def test_a_durable_file_is_on_the_disk_before_it_is_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    proper_replace, events = os.replace, []
    monkeypatch.setattr("os.fsync", lambda descriptor: events.append("sync"))
    monkeypatch.setattr("os.replace", lambda *paths: [events.append("move"), proper_replace(*paths)])

    write_bytes(tmp_path / "file", b"content", durable=True)
    write_bytes(tmp_path / "other", b"content")

    assert events == ["sync", "move", "move"]
    assert (tmp_path / "file").read_bytes() == b"content"


def test_text_is_written_in_utf_8_with_a_replacement_for_what_is_no_character(tmp_path: Path):
    write_text(tmp_path / "file", "π\udce9\n")

    assert (tmp_path / "file").read_bytes() == b"\xcf\x80?\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ends a process that was started by fork")
def test_a_claimed_folder_is_refused_to_others_until_its_process_has_left_it_or_died(tmp_path: Path):
    def claim_and_die() -> None:
        with claimed(tmp_path / "new"):
            os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=claim_and_die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    with pytest.raises(InputError, match="another run"), claimed(tmp_path / "new"), claimed(tmp_path / "new"):
        pass
    with claimed(tmp_path / "new"):
        pass
    assert list((tmp_path / "new").iterdir()) == []
