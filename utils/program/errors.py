"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import atexit
import gc
import io
import sys
from collections.abc import Callable

from utils.program.interruption import Interrupted, raise_on_terminate


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 130 or 143 when stopped by a signal.

    Each printed line appears at once, wherever it is printed to, and characters that cannot be printed there are
    replaced.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)
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
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        status, message = 2, f"error: {where}{error.strerror or error}"
    # Printed outside the except block, so that the traceback no longer keeps files and workers alive.
    print(message, file=sys.stderr)
    sys.exit(status)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether `error` says that memory ran out, in Python, in PyTorch on the CPU, or on a GPU."""
    return isinstance(error, MemoryError) or "out of memory" in str(error) or "allocate memory" in str(error)
