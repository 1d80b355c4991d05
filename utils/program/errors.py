"""What can end a program early, and how: one line on stderr and an exit status, never a traceback."""

import sys
from collections.abc import Callable

from utils.program.interruption import Interrupted, raise_on_terminate


class InputError(Exception):
    """Something the person gave cannot be used: the message says what, where, and what to do, in one line."""


def run_program(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`, and end with status 2 where the person has to mend something, 130 or 143 where stopped."""
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
        status, message = 2, f"error: {where}{error.strerror or error}; what was saved before is kept: use --resume"
    # Here, with the exception gone, nothing holds what the run had open.
    print(message, file=sys.stderr)
    sys.exit(status)
