"""Where a program prints to: a terminal, a file, a pipe that may break, or nowhere at all."""

import contextlib
import io
import os
from typing import Any, TextIO


class DependableStream:
    """Prints to `stream` line by line, and never fails: once nobody reads what is printed, it is dropped.

    Characters that `stream` cannot encode are replaced. It is None where a program was started without one.
    """

    def __init__(self, stream: TextIO | None) -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)
        self._stream = stream or open(os.devnull, "w")  # noqa: SIM115 - is open as long as the program runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        # What the stream still holds is written when the program ends, and must not fail then.
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())
