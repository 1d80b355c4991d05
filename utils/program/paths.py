"""Paths as people write them."""

import os
import re

from utils.program.errors import InputError

# A variable that is left because it is not set. A $ before anything else belongs to the path.
VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})", re.ASCII)


def expanded(path: str) -> str:
    """`path` with the home directory in place of ~, and with the values of environment variables.

    Raises InputError if it names a variable that is not set.
    """
    path = os.path.expandvars(os.path.expanduser(path))
    unset = VARIABLE.search(path)
    if unset:
        raise InputError(f"{path}: the environment variable {unset[0]} is not set; set it, or write the path itself")
    return path
