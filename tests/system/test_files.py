import errno
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from utils.system.errors import InputError
from utils.system.files import claimed, write_bytes, write_text, write_whole


def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(tmp_path: Path):
    path = tmp_path / "file.txt"
    write_text(path, "before")

    def fail(unfinished: Path) -> None:
        unfinished.write_text("half a fi")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"file\.txt: .*make room"):
        write_whole(path, fail)
    assert [path.read_text(), *tmp_path.iterdir()] == ["before", path]


def test_a_durable_file_is_on_the_disk_before_it_is_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    events = []
    monkeypatch.setattr("os.fsync", lambda descriptor: events.append("sync"))
    monkeypatch.setattr("os.replace", lambda *paths: events.append("move"))

    write_bytes(tmp_path / "file", b"content", durable=True)

    assert events == ["sync", "move"]


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
