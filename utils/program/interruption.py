"""Ctrl-C and SIGTERM: a run that is asked to stop finishes its step and saves first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """The run was asked to stop by the signal `number`. Its message says what was saved and how to go on.

    Like KeyboardInterrupt it is no Exception: whoever goes on after any error must not go on after this.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number

    @property
    def exit_status(self) -> int:
        """128 + the signal's number, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Defer SIGINT and SIGTERM: yields a list that receives the signal's number. A second signal acts at once.

    Only a program's main thread can receive signals; in another one, this does nothing.
    """
    received: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
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

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)


@contextmanager
def saying_how_to_continue(message: str) -> Iterator[None]:
    """Add `message` to what a signal to stop prints."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted) as error:
        number = error.number if isinstance(error, Interrupted) else signal.SIGINT
        raise Interrupted(number, f"stopped; {message}") from None
