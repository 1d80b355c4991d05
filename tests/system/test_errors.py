import contextlib
import io
import logging
import os
import re
import signal
import sys
from typing import NoReturn

import pytest

from utils.system.errors import InputError, run_program
from utils.system.interruption import Interrupted


def raising(error: BaseException) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InputError("epochs must be\nat least 1"), 2, "error: epochs must be at least 1"),
        (Interrupted(signal.SIGTERM, "stopped after 3 epochs"), 143, "stopped after 3 epochs"),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(28, "No space left on device", "file"), 2, "error: file: No space left on device"),
        (OSError("no file"), 2, "error: no file"),
        (OSError(24, "Too many open files", "our.py"), 2, "error: this program .* num_workers=0"),
        (ImportError("libx.so: cannot open: Too many open files"), 2, "error: .* num_workers=0"),
        (MemoryError(), 2, "error: out of memory .* smaller"),
        (
            RuntimeError("can't allocate memory: 9.\nmore"),
            2,
            r"error: out of memory \(can't allocate memory: 9\.\); .*",
        ),
        (RuntimeError("DataLoader worker (pid 7) is killed"), 2, "error: .* killed .* --resume num_workers=0"),
    ],
)
def test_a_program_ends_with_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, message: str
):
    with pytest.raises(SystemExit) as end:
        run_program(lambda arguments: raising(error), [])

    assert end.value.code == status
    assert re.fullmatch(f"{message}\n", capsys.readouterr().err)


@pytest.mark.parametrize("bug", [ZeroDivisionError(), RuntimeError("a bug"), ModuleNotFoundError("No module 'x'")])
def test_a_bug_of_the_program_keeps_its_traceback(bug: Exception):
    with pytest.raises(type(bug)):
        run_program(lambda arguments: raising(bug), [])


@pytest.mark.parametrize("error", [None, InputError("x"), OSError(), ZeroDivisionError()], ids=repr)
def test_what_a_program_changes_in_its_process_is_as_before_afterwards(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
):
    """In a notebook, the process goes on."""

    def state() -> list[object]:
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        level, backend = logging.getLogger("matplotlib").level, os.environ.get("MPLBACKEND")
        return [sys.stdout, sys.stderr, sys.stdout.errors, sys.unraisablehook, level, backend, *handlers]

    def main(arguments: list[str]) -> None:
        assert [now == then for now, then in zip(state(), before, strict=True)].count(False) >= 5
        if error:
            raise error

    monkeypatch.setenv("MPLBACKEND", "module://a.notebook")
    before = state()
    with contextlib.suppress(SystemExit, ZeroDivisionError):
        run_program(main, [])
    assert state() == before


def test_what_a_stream_has_no_letters_for_is_replaced_and_a_program_without_streams_runs(
    monkeypatch: pytest.MonkeyPatch,
):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("sys.stderr", None)

    run_program(lambda arguments: [print(*arguments), print("lost", file=sys.stderr)], ["Ω", "\udce9"])

    assert out.buffer.getvalue() == b"? ?" + os.linesep.encode()
