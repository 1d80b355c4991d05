"""How a program starts and ends; whole runs that receive signals are in tests/test_interruption.py."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from quick import REPOSITORY

from utils.system.errors import InputError
from utils.system.program import SIGNALS, Interrupted, deferred, handled, main_command, run_program, stop


def test_a_command_has_the_shortest_name_of_its_python_and_the_quotes_of_its_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    python = tmp_path / "my env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(REPOSITORY)

    monkeypatch.setenv("PATH", str(python.parent))
    assert main_command("data_path=a b") == "python main.py 'data_path=a b'"
    monkeypatch.setenv("PATH", "")
    assert main_command("seed=1") == f"'{python}' main.py seed=1"
    assert main_command("a.png", module="data.from_picture") == f"'{python}' -m data.from_picture a.png"
    monkeypatch.chdir(tmp_path)
    assert main_command() == f"'my env/bin/python' {REPOSITORY / 'main.py'}"
    # A module is found only from the folder that holds it.
    assert main_command(module="utils.runs") == f"cd {REPOSITORY} && '{python}' -m utils.runs"
    monkeypatch.setattr("sys.platform", "win32")
    assert main_command("data_path=a b").endswith('main.py "data_path=a b"')


@pytest.fixture(autouse=True)
def _all_is_as_it_was() -> Iterator[None]:
    """In a notebook, the process goes on."""
    before = [sys.stdout, sys.stderr, *map(signal.getsignal, SIGNALS)]
    yield
    assert [sys.stdout, sys.stderr, *map(signal.getsignal, SIGNALS)] == before


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_is_deferred_and_else_stops_even_code_that_goes_on_after_any_error(number: int):
    with handled(stop):
        with deferred() as received:
            os.kill(os.getpid(), number)
            assert received == [number]
        with pytest.raises(Interrupted), contextlib.suppress(Exception):
            os.kill(os.getpid(), number)


def test_of_two_signals_the_second_acts_at_once_unless_a_terminal_that_closes_sends_both():
    with deferred() as received:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)

    assert received == [signal.SIGHUP] * 2


def test_ctrl_c_stops_even_what_a_shell_has_started_in_the_background():
    """What nohup has ignored stays so: that is in tests/test_interruption.py."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)

    with deferred() as received:
        os.kill(os.getpid(), signal.SIGINT)

    assert received == [signal.SIGINT]
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InputError("epochs must be\nat least 1"), 2, "error: epochs must be at least 1"),
        (Interrupted(signal.SIGTERM, "stopped after 3 epochs"), 143, "stopped after 3 epochs"),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(28, "No space left on device", "file"), 2, "error: .*No space left on device: 'file'"),
        (MemoryError(), 2, "error: out of memory .* smaller"),
        (RuntimeError("can't allocate memory: 9.\nmore"), 2, r"error: .*\(can't allocate memory: 9\.\); .*"),
    ],
)
def test_a_program_ends_with_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, message: str
):
    with pytest.raises(SystemExit) as end:
        run_program(Mock(side_effect=error), [])

    assert end.value.code == status
    assert re.fullmatch(f"{message}\n", capsys.readouterr().err)


@pytest.mark.parametrize("bug", [ZeroDivisionError(), RuntimeError("a bug"), ModuleNotFoundError("No module 'x'")])
def test_a_bug_of_the_program_keeps_its_traceback(bug: Exception):
    with pytest.raises(type(bug)):
        run_program(Mock(side_effect=bug), [])
