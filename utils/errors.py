"""The one kind of error that a person can mend, and how a program ends on it."""

import sys
from collections.abc import Callable


class InputError(Exception):
    """Something the person gave cannot be used: the message says what, where, and what to do, in one line."""


def exit_on_input_error(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; where it raises InputError, print its line and exit with status 2."""
    try:
        main(arguments)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
