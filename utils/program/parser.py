"""A parser of command lines whose errors are one line, as all others are."""

import argparse
from typing import Any, NoReturn

from utils.program.commands import interpreter
from utils.program.errors import InputError


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its errors as InputError, and writes its commands with the interpreter that runs.

    prog: the command, as "python main.py".
    description: is printed by --help as it stands.
    """

    def __init__(
        self,
        prog: str,
        description: str,
        formatter_class: type[argparse.HelpFormatter] = argparse.RawDescriptionHelpFormatter,
        **options: Any,
    ) -> None:
        prog, description = (text.replace("python ", f"{interpreter()} ") for text in (prog, description))
        super().__init__(prog, description=description, formatter_class=formatter_class, **options)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")
