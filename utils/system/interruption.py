"""Ctrl-C and SIGTERM: a run that is asked to stop finishes its step and saves first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """The run was asked to stop by the signal `number`. Its message says what was saved and how to go on.

    Like KeyboardInterrupt, it is no Exception, so that code which goes on after any error stops after this.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Defer SIGINT and SIGTERM: yields a list that receives the signal's number. A second signal acts at once."""
    received: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM) if _receives_signals() else ()
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        restore()

    for number in before:
        signal.signal(number, note)
    try:
        yield received
    finally:
        restore()


def raise_on_terminate() -> None:
    """Make SIGTERM raise an exception, as Ctrl-C does, so that what is open is closed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number, "stopped")

    if _receives_signals():
        signal.signal(signal.SIGTERM, stop)


@contextmanager
def saying_how_to_continue(message: str) -> Iterator[None]:
    """Add `message` to the line that is printed when a signal stops the program."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted) as error:
        raise Interrupted(getattr(error, "number", signal.SIGINT), f"stopped; {message}") from None


def _receives_signals() -> bool:
    """Only a program's main thread can handle signals."""
    return threading.current_thread() is threading.main_thread()
