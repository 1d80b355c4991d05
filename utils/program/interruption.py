"""Ctrl-C and SIGTERM: asked to stop, a run finishes its step and saves before it does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """The run was asked to stop by the signal `number`. Its message says what was saved and how to go on."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number

    @property
    def exit_status(self) -> int:
        """128 + the signal's number, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


@contextmanager
def deferred() -> Iterator[list[int]]:
    """A list that the number of a signal to stop is put into, in place of its effect. The second one has its effect."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

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
    """Have SIGTERM end the program as Ctrl-C does, by an exception, so that what is open is closed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number, "stopped")

    signal.signal(signal.SIGTERM, stop)
