"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import atexit
import contextlib
import gc
import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from utils.system.interruption import Interrupted, handled, stop

# What a machine may lack: how errors of Python, PyTorch and GPUs tell, and what is said in their place.
LACKS = {
    "MemoryError|(out of|allocate) memory": "out of memory ({}); close other programs, or make data or model smaller",
    # PyTorch raises this wherever the main process is when it learns of it.
    "DataLoader worker": "a process that loads batches was killed ({}), perhaps for lack of memory; "
    "what was saved before is kept; go on with --resume num_workers=0",
}


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""

    def __init__(self, message: str) -> None:
        # A path, or what a library says, may hold line breaks and the colors of a terminal.
        super().__init__(re.sub(r"(\x1b\[[0-9;]*m|[\x00-\x1f\x7f])+", " ", message))


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
        except InputError as error:
            status, message = 2, f"error: {error}"
        except (Interrupted, KeyboardInterrupt) as error:
            status, message = 128 + getattr(error, "number", 2), str(error) or "stopped"
        except (MemoryError, RuntimeError, OSError) as error:
            if not (isinstance(error, OSError) or _lack(error)):
                raise
            status, message = 2, f"error: {_lack(error) or error}"
        # Only now does the traceback no longer keep files and workers alive.
        if message:
            print(message, file=sys.stderr)
    if status:
        sys.exit(status)


def reason_of(error: BaseException) -> str:
    """Why `error` was raised, in one line without a number: what the machine lacks, or else what it says."""
    return _lack(error) or _first_line(error)


def _lack(error: BaseException) -> str | None:
    words = (words for sign, words in LACKS.items() if re.search(sign, f"{type(error).__name__}: {error}"))
    return next((text.format(_first_line(error)) for text in words), None)


def _first_line(error: BaseException) -> str:
    text: str = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.strip().partition("\n")[0]


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
