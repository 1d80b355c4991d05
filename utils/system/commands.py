"""Commands as the person types them: with the interpreter that runs, from the folder in which they are."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from utils.system.environment import ROOT
from utils.system.errors import InputError


class Parser(argparse.ArgumentParser):
    """An argument parser that raises InputError. In `prog` and `description`, "python" becomes the one that runs.

    A description that is a docstring may be None: Python can be told to leave them out.
    """

    def __init__(self, prog: str, description: str | None, **options: Any) -> None:
        prog, description = (text.replace("python ", f"{_interpreter()} ") for text in (prog, description or ""))
        super().__init__(prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")


def main_command(*arguments: str) -> str:
    """The command that starts main.py with `arguments`, quoted for the person's shell."""
    return _quoted(_interpreter(), _from_here(ROOT / "main.py"), *arguments)


def module_command(module: str, *arguments: str) -> str:
    """The command that starts `python -m module` with `arguments`, quoted for the person's shell."""
    if Path.cwd() == ROOT:
        return _quoted(_interpreter(), "-m", module, *arguments)
    return f"cd {_quoted(str(ROOT))} && {_quoted(sys.executable, '-m', module, *arguments)}"


def _interpreter() -> str:
    """How the person starts the Python that runs: as `python`, or by its path."""
    # Links are not followed: the python of an environment is a link to the system's, which lacks the packages.
    names = (name for name in ("python", "python3") if os.path.abspath(shutil.which(name) or "") == sys.executable)
    return next(names, _from_here(Path(sys.executable)))


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _quoted(*words: str) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
