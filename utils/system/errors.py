"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import atexit
import contextlib
import errno
import gc
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

from utils.system.environment import windowless
from utils.system.interruption import Interrupted, handled, stop

# What a machine may lack: how errors of Python, PyTorch and GPUs tell, and what is said in their place.
LACKS = {
    "MemoryError|(out of|allocate) memory": "out of memory ({}); close other programs, or make data or model smaller",
    # PyTorch raises this wherever the main process is when it learns of it.
    "DataLoader worker": "a process that loads batches was killed ({}), perhaps for lack of memory; "
    "what was saved before is kept; go on with --resume num_workers=0",
    re.escape(os.strerror(errno.EMFILE)): "this program may open too few files; "
    "allow it more, as with `ulimit -n 1024`, or set num_workers=0",
}


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""

    def __init__(self, message: str) -> None:
        # A path, or what a library says, may hold line breaks and the colors of a terminal.
        super().__init__(re.sub(r"(\x1b\[[0-9;]*m|[\x00-\x1f\x7f])+", " ", message))


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 128 + n when stopped by the signal n.

    Streams and handlers of signals are set back afterwards.
    """
    # Python's last garbage collection takes 1.5 s after PyTorch has compiled anything; this skips it.
    atexit.register(gc.freeze)
    out, err = (cast(TextIO, DependableStream(stream)) for stream in (sys.stdout, sys.stderr))
    hook = sys.unraisablehook
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), handled(stop), windowless():
        status, message = _outcome(main, arguments)
        # What follows is done when the traceback no longer keeps files and workers alive.
        sys.unraisablehook = hook
        if message:
            print(message, file=sys.stderr)
    if status:
        sys.exit(status)


def reason_of(error: BaseException) -> str:
    """What the machine lacks, if that is why `error` was raised; else what it says, in one line without a number."""
    text: str = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return (_lack(error) or "{}").format(text.strip().partition("\n")[0])


def _lack(error: BaseException) -> str | None:
    return next((words for sign, words in LACKS.items() if re.search(sign, f"{type(error).__name__}: {error}")), None)


def _outcome(main: Callable[[list[str]], None], arguments: list[str]) -> tuple[int, str]:
    """The exit status of `main(arguments)`, and the line that says why it is not 0. Bugs are raised."""
    try:
        main(arguments)
    except InputError as error:
        return 2, f"error: {error}"
    except Interrupted as error:
        return 128 + error.number, str(error)
    except KeyboardInterrupt:
        return 130, "stopped"
    except (MemoryError, RuntimeError, OSError, ImportError) as error:
        lack, file = _lack(error), getattr(error, "filename", None)
        if not (lack or isinstance(error, OSError)):
            raise
        # Objects of PyTorch's that are only half made complain when they are removed.
        sys.unraisablehook = lambda _: None
        return 2, f"error: {f'{file}: ' if file and not lack else ''}{reason_of(error)}"
    return 0, ""


class DependableStream:
    """Prints to `stream`, if there is one, what its encoding has. Once nobody reads what is printed, it is dropped."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or open(os.devnull, "w")  # noqa: SIM115 - is open as long as the program runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        """Print `text` at once."""
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()
        except OSError:
            # What the stream still holds is written when the program ends, and must not fail then.
            with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
