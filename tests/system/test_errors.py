import signal
from collections.abc import Iterator

import pytest

from utils.system.errors import InputError, run_program
from utils.system.interruption import Interrupted

TOO_MANY = "error: this program may open too few files; allow it more, as with `ulimit -n 1024`, or set num_workers=0"
REMEDY = "close other programs, or make the data or model smaller"


@pytest.fixture(autouse=True)
def _handler_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InputError("epochs must be\nat least 1"), 2, "error: epochs must be at least 1"),
        (Interrupted(signal.SIGTERM, "stopped after 3 epochs"), 143, "stopped after 3 epochs"),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(28, "No space left on device", "file"), 2, "error: file: No space left on device"),
        (OSError("no file"), 2, "error: no file"),
        (OSError(24, "Too many open files", "our.py"), 2, TOO_MANY),
        (ImportError("libx.so: cannot open shared object file: Too many open files"), 2, TOO_MANY),
        (MemoryError(), 2, f"error: out of memory (MemoryError); {REMEDY}"),
        (
            RuntimeError("can't allocate memory: 9.\nmore"),
            2,
            f"error: out of memory (can't allocate memory: 9.); {REMEDY}",
        ),
    ],
)
def test_a_program_ends_with_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, message: str
):
    def main(arguments: list[str]) -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        run_program(main, [])

    assert end.value.code == status
    assert capsys.readouterr().err == f"{message}\n"


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError(), RuntimeError("a bug"), ModuleNotFoundError("No module named 'x'")]
)
def test_a_bug_of_the_program_keeps_its_traceback(bug: Exception):
    def main(arguments: list[str]) -> None:
        raise bug

    with pytest.raises(type(bug)):
        run_program(main, [])


def test_a_program_that_succeeds_gets_its_arguments_and_ends_quietly(capsys: pytest.CaptureFixture[str]):
    run_program(lambda arguments: print(*arguments), ["a", "b"])

    assert capsys.readouterr() == ("a b\n", "")
