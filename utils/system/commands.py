"""Commands as the person types them: with the interpreter that runs, from the folder in which they are."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from utils.system.errors import InputError

ROOT = Path(__file__).parents[2]


class Parser(argparse.ArgumentParser):
    """An argument parser that raises InputError. In `prog` and `description`, "python" becomes the one that runs."""

    def __init__(self, prog: str, description: str, **options: Any) -> None:
        prog, description = (text.replace("python ", f"{interpreter()} ") for text in (prog, description))
        super().__init__(prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")


def main_command(*arguments: str) -> str:
    """The command that starts main.py with `arguments`, quoted for the person's shell."""
    return _quoted(interpreter(), _seen_from(Path.cwd(), ROOT / "main.py"), *arguments)


def module_command(module: str, *arguments: str) -> str:
    """The command that starts `python -m module` with `arguments`, quoted for the person's shell."""
    command = _quoted(interpreter(ROOT), "-m", module, *arguments)
    return command if Path.cwd() == ROOT else f"cd {_quoted(str(ROOT))} && {command}"


def interpreter(folder: Path | None = None) -> str:
    """How the Python that runs is started from `folder`, by default the current one: `python`, or its path."""
    for name in ("python", "python3"):
        # Links are not followed: the python of an environment is a link to the system's, which lacks the packages.
        if os.path.abspath(shutil.which(name) or "") == sys.executable:
            return name
    return _seen_from(folder or Path.cwd(), Path(sys.executable)) if sys.executable else "python"


def _seen_from(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _quoted(*words: str) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
