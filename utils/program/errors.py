"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import atexit
import errno
import gc
import os
import re
import sys
from collections.abc import Callable
from typing import TextIO, cast

from utils.program.interruption import Interrupted, raise_on_terminate
from utils.program.streams import DependableStream

CONTROL = re.compile(r"(\x1b\[[0-9;]*m|[\x00-\x1f\x7f])+")


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""

    def __init__(self, message: str) -> None:
        # A path, or what a library says, may hold line breaks and the colors of a terminal.
        super().__init__(CONTROL.sub(" ", message))


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 130 or 143 when stopped by a signal.

    Each printed line appears at once, wherever it is printed to; where nobody reads it, the program goes on.
    """
    sys.stdout, sys.stderr = (cast(TextIO, DependableStream(stream)) for stream in (sys.stdout, sys.stderr))
    raise_on_terminate()
    # Else, at its exit, Python looks for garbage among all that PyTorch has loaded: 1.5 s if it has compiled anything.
    atexit.register(gc.freeze)
    try:
        return main(arguments)
    except InputError as error:
        status, message = 2, f"error: {error}"
    except Interrupted as error:
        status, message = error.exit_status, str(error)
    except KeyboardInterrupt:
        status, message = 130, "stopped"
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        reason = str(error).partition("\n")[0] or "no memory left"
        status, message = 2, f"error: out of memory ({reason}); close other programs, or make the data or model smaller"
    except (OSError, ImportError) as error:
        if isinstance(error, ImportError) and os.strerror(errno.EMFILE) not in str(error):
            raise
        where = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        status, message = 2, f"error: {too_many_files(error) or where + reason_of(error)}"
    # Printed outside the except block, so that the traceback no longer keeps files and workers alive.
    print(message, file=sys.stderr)
    sys.exit(status)


def reason_of(error: BaseException) -> str:
    """What `error` says, as one line of plain text without the number of a system error."""
    text: str = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.strip().partition("\n")[0]


def too_many_files(error: BaseException) -> str | None:
    """What to do if `error` says that no more files can be opened."""
    if os.strerror(errno.EMFILE) not in str(error):
        return None
    return "this program may open too few files; allow it more, as with `ulimit -n 1024`, or set num_workers=0"


def _is_out_of_memory(error: Exception) -> bool:
    """Whether `error` says that memory ran out, in Python, in PyTorch on the CPU, or on a GPU."""
    return isinstance(error, MemoryError) or "out of memory" in str(error) or "allocate memory" in str(error)
