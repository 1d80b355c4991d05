"""A parser of command lines whose errors are one line, as all others are."""

import argparse
from typing import NoReturn

from utils.program.errors import InputError


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its errors as InputError."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")
