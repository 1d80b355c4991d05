"""How a program ends early: with one line on stderr and an exit status, never a traceback."""

import sys
from collections.abc import Callable

from utils.program.interruption import Interrupted, raise_on_terminate


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; exit with status 2 on an error of input, and 130 or 143 when stopped by a signal."""
    raise_on_terminate()
    try:
        return main(arguments)
    except InputError as error:
        status, message = 2, f"error: {error}"
    except Interrupted as error:
        status, message = error.exit_status, str(error)
    except KeyboardInterrupt:
        status, message = 130, "stopped"
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        status, message = 2, f"error: {where}{error.strerror or error}"
    # Printed outside the except block, so that the traceback no longer keeps files and workers alive.
    print(message, file=sys.stderr)
    sys.exit(status)
