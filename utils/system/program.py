"""How a program starts and ends: its command line, the signals that stop it, its last line and its exit status."""

import argparse
import atexit
import contextlib
import gc
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

from utils.system.environment import ROOT
from utils.system.errors import InputError, lack_of


class Parser(argparse.ArgumentParser):
    """An argument parser that raises InputError. In `prog` and `description`, "python" becomes the one that runs."""

    def __init__(self, prog: str, description: str | None, **options: Any) -> None:
        # A docstring is None where Python leaves them out.
        prog, description = (text.replace("python ", f"{_interpreter()} ") for text in (prog, description or ""))
        super().__init__(prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")


def main_command(*arguments: str, module: str | None = None) -> str:
    """The command that starts main.py, or else the `module`, with `arguments`, quoted for the person's shell."""
    if module and Path.cwd() != ROOT:
        return f"cd {_quoted(str(ROOT))} && {_quoted(sys.executable, '-m', module, *arguments)}"
    program = ["-m", module] if module else [_from_here(ROOT / "main.py")]
    return _quoted(_interpreter(), *program, *arguments)


def _interpreter() -> str:
    """How the person starts the Python that runs: as `python`, or by its path."""
    # Links are not followed: the python of an environment is a link to the system's, which lacks the packages.
    names = (name for name in ("python", "python3") if os.path.abspath(shutil.which(name) or "") == sys.executable)
    return next(names, _from_here(Path(sys.executable)))


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _quoted(*words: str) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


# Ctrl-C, the end of a process, a terminal that closes, and what clusters send before a job's time is over.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "SIGUSR1", "SIGUSR2", "SIGXCPU")
SIGNALS = [number for number in signal.Signals if number.name in NAMES]


class Interrupted(KeyboardInterrupt):
    """The run was asked to stop by the signal `number`. Its message says what was saved and how to go on."""

    def __init__(self, number: int, message: str = "stopped") -> None:
        super().__init__(message)
        self.number = number


def stop(number: int, frame: FrameType | None = None) -> NoReturn:
    """Handle the signal `number` by an exception, so that what is open is closed."""
    raise Interrupted(number)


@contextlib.contextmanager
def handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """While this lasts, `handler` receives all SIGNALS; but not SIGHUP where it is ignored, as by nohup."""
    # Only a program's main thread can handle signals.
    numbers = SIGNALS if threading.current_thread() is threading.main_thread() else []
    # Shells have SIGINT ignored by what a script starts in the background, where people may send it nevertheless.
    with contextlib.ExitStack() as afterwards:
        for number in numbers:
            if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGINT:
                afterwards.callback(signal.signal, number, signal.signal(number, handler))
        yield


@contextlib.contextmanager
def deferred() -> Iterator[list[int]]:
    """Defer signals: yields a list that receives their numbers. A second Ctrl-C or SIGTERM acts at once."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        # A terminal that closes may send SIGHUP twice.
        if received and number in (signal.SIGINT, signal.SIGTERM):
            stop(number)
        received.append(number)

    with handled(note):
        yield received


@contextlib.contextmanager
def saying_how_to_continue(message: str) -> Iterator[None]:
    """Add `message` to the line that is printed when a signal stops the program."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(getattr(error, "number", signal.SIGINT), f"stopped; {message}") from None


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 128 + n when stopped by the signal n.

    Streams and handlers of signals are set back afterwards. Bugs are raised.
    """
    # Python's last garbage collection takes 1.5 s after PyTorch has compiled anything; this skips it.
    atexit.register(gc.freeze)
    # matplotlib needs no window, as that of a notebook, and where its cache lies is of no concern.
    os.environ.pop("MPLBACKEND", None)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    streams: list[Any] = [DependableStream(sys.stdout), DependableStream(sys.stderr)]
    status, message = 0, ""
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]), handled(stop):
        try:
            main(arguments)
        except KeyboardInterrupt as error:
            status, message = 128 + getattr(error, "number", signal.SIGINT), str(error) or "stopped"
        except (InputError, OSError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not lack_of(error):
                raise
            status, message = 2, f"error: {lack_of(error) or error}"
        # Only now does the traceback no longer keep files and workers alive.
        if status:
            print(message, file=sys.stderr)
            sys.exit(status)


class DependableStream:
    """Prints to `stream`, if there is one, what its encoding has; once nobody reads it any more, to nowhere."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream or open(os.devnull, "w")  # noqa: SIM115 - is open as long as the program runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> None:
        """Print `text` at once."""
        encoding = self.stream.encoding or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "replace").decode(encoding))
            self.stream.flush()
        except OSError:
            # What the stream still holds is written when the program ends, and must not fail then.
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())
