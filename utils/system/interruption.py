"""Signals that ask a run to stop, as Ctrl-C does: it finishes its step and saves first."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

# The end of a process, a terminal that closes, and what clusters send before a job's time is over. Windows has fewer.
NAMES = ("SIGTERM", "SIGHUP", "SIGBREAK", "SIGUSR1", "SIGUSR2", "SIGXCPU")
SIGNALS: list[int] = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


class Interrupted(BaseException):
    """The run was asked to stop by the signal `number`. Its message says what was saved and how to go on.

    Like KeyboardInterrupt, it is no Exception, so that code which goes on after any error stops after this.
    """

    def __init__(self, number: int, message: str = "stopped") -> None:
        super().__init__(message)
        self.number = number


def stop(number: int, frame: FrameType | None = None) -> NoReturn:
    """Handle the signal `number` by an exception, as Ctrl-C does, so that what is open is closed."""
    raise Interrupted(number)


@contextmanager
def handled(handler: Callable[[int, FrameType | None], None], *more: int) -> Iterator[None]:
    """While this lasts, `handler` receives all SIGNALS and `more`; but not SIGHUP where it is ignored, as by nohup."""
    # Only a program's main thread can handle signals.
    numbers = (*SIGNALS, *more) if threading.current_thread() is threading.main_thread() else ()
    before = {n: former for n in numbers if (former := signal.getsignal(n)) != signal.SIG_IGN or n in more}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Defer signals: yields a list that receives their numbers. A second Ctrl-C or SIGTERM acts at once."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        # A terminal that closes may send SIGHUP twice.
        if received and number in (signal.SIGINT, signal.SIGTERM):
            stop(number)
        received.append(number)

    with handled(note, signal.SIGINT):
        yield received


@contextmanager
def saying_how_to_continue(message: str) -> Iterator[None]:
    """Add `message` to the line that is printed when a signal stops the program."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted) as error:
        raise Interrupted(getattr(error, "number", signal.SIGINT), f"stopped; {message}") from None
