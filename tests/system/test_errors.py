import contextlib
import io
import os
import re
import signal
import sys
from typing import NoReturn

import pytest

from utils.system.errors import InputError
from utils.system.program import Interrupted, run_program


def raising(error: BaseException) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InputError("epochs must be\nat least 1"), 2, "error: epochs must be at least 1"),
        (Interrupted(signal.SIGTERM, "stopped after 3 epochs"), 143, "stopped after 3 epochs"),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(28, "No space left on device", "file"), 2, "error: .*No space left on device: 'file'"),
        (MemoryError(), 2, "error: out of memory .* smaller"),
        (RuntimeError("can't allocate memory: 9.\nmore"), 2, r"error: .*\(can't allocate memory: 9\.\); .*"),
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


@pytest.mark.parametrize("error", [None, InputError("x"), ZeroDivisionError()], ids=repr)
def test_streams_and_signals_are_as_before_afterwards(error: Exception | None):
    """In a notebook, the process goes on."""

    def state() -> list[object]:
        return [sys.stdout, sys.stderr, signal.getsignal(signal.SIGTERM)]

    def main(arguments: list[str]) -> None:
        assert not any(now == then for now, then in zip(state(), before, strict=True))
        if error:
            raise error

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
