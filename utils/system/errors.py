"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import atexit
import contextlib
import errno
import gc
import io
import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

from utils.system.interruption import Interrupted, raise_on_terminate


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""

    def __init__(self, message: str) -> None:
        # A path, or what a library says, may hold line breaks and the colors of a terminal.
        super().__init__(re.sub(r"(\x1b\[[0-9;]*m|[\x00-\x1f\x7f])+", " ", message))


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 130 or 143 when stopped by a signal."""
    sys.stdout, sys.stderr = (cast(TextIO, DependableStream(stream)) for stream in (sys.stdout, sys.stderr))
    raise_on_terminate()
    # matplotlib opens no window here, and a notebook's choice of one may be unknown to it; nor does it need a cache.
    os.environ.pop("MPLBACKEND", None)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # Python's last garbage collection takes 1.5 s after PyTorch has compiled anything; this skips it.
    atexit.register(gc.freeze)
    try:
        return main(arguments)
    except InputError as error:
        status, message = 2, f"error: {error}"
    except Interrupted as error:
        status, message = 128 + error.number, str(error)
    except KeyboardInterrupt:
        status, message = 130, "stopped"
    except (MemoryError, RuntimeError, OSError, ImportError) as error:
        reason = _lack_of_resources(error)
        if not reason:
            raise
        status, message = 2, f"error: {reason}"
        # Objects of PyTorch's that are only half made complain when they are removed.
        sys.unraisablehook = lambda _: None
    # Printed outside the except block, so that the traceback no longer keeps files and workers alive.
    print(message, file=sys.stderr)
    sys.exit(status)


def reason_of(error: BaseException) -> str:
    """What `error` says, as one line without the number of a system error."""
    if os.strerror(errno.EMFILE) in str(error):
        return "this program may open too few files; allow it more, as with `ulimit -n 1024`, or set num_workers=0"
    text: str = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.strip().partition("\n")[0]


def _lack_of_resources(error: Exception) -> str | None:
    """What the machine lacks, if that is why Python, PyTorch or a GPU raised `error`; None if it is a bug."""
    if isinstance(error, MemoryError) or re.search("out of memory|allocate memory", str(error)):
        return f"out of memory ({reason_of(error)}); close other programs, or make the data or model smaller"
    # PyTorch raises this wherever the main process is when it learns of it.
    if "DataLoader worker" in str(error):
        reason = f"a process that loads batches was killed ({reason_of(error)}), perhaps for lack of memory"
        return f"{reason}; what was saved before is kept; go on with --resume num_workers=0"
    if os.strerror(errno.EMFILE) in str(error):
        # The file is one of Python's or of ours.
        return reason_of(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {reason_of(error)}" if error.filename else reason_of(error)
    return None


class DependableStream:
    """Prints to `stream`, if there is one, line by line. Once nobody reads what is printed, it is dropped."""

    def __init__(self, stream: TextIO | None) -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)
        self._stream = stream or open(os.devnull, "w")  # noqa: SIM115 - is open as long as the program runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        self._drop_if_broken(self._stream.write, text)

    def flush(self) -> None:
        self._drop_if_broken(self._stream.flush)

    def _drop_if_broken(self, action: Callable[..., object], *arguments: str) -> None:
        try:
            action(*arguments)
        except OSError:
            # What the stream still holds is written when the program ends, and must not fail then.
            with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
