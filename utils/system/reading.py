"""The door that every file is read through: whatever is wrong with one becomes one line that says what to do."""

import difflib
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.system.errors import InputError, reason_of


def expanded(path: str) -> str:
    """`path` with ~ and environment variables replaced. Raises InputError if it names a variable that is not set."""
    path = os.path.expandvars(os.path.expanduser(path))
    # A $ that begins no variable's name belongs to the path.
    unset = re.search(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})", path, re.ASCII)
    if unset:
        raise InputError(f"{path}: the environment variable {unset[0]} is not set; set it, or write the path itself")
    return path


@contextmanager
def reading(path: Path, wanted: str, advice: str, missing: str | None = None) -> Iterator[None]:
    """Raise whatever goes wrong while `path` is read as an InputError of one line.

    The file should hold what is `wanted` ("a picture"). The message ends with `advice` ("save it again") if it cannot
    be read, and with `missing`, or else what its folder holds, if there is no such file.
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        words = missing or nearby(path)
        if path.is_symlink():
            words = f"it is a link to {path.readlink()}; copy the file itself, or run `git annex get`"
        raise InputError(f"{path.absolute()}: there is no such file; {words}") from None
    except MemoryError:
        much = f"asks for more memory than there is, and has {os.path.getsize(path):,} bytes"
        raise InputError(f"{path}: {much}; where that is little, its header is broken: {advice}") from None
    except Exception as error:
        # Readers raise all kinds of errors for a broken file, and their own advice may be unsafe or of no use here.
        is_of_system = isinstance(error, OSError) and error.errno
        words = f"{reason_of(error)}; {advice}" if is_of_system else _diagnosis(path, wanted, advice)
        raise InputError(f"{path}: cannot be read as {wanted}: {words}") from None


def nearby(path: Path, taken: Collection[str] = ()) -> str:
    """What the folder of `path`, which does not exist, holds instead, except for the names `taken`."""
    try:
        names = [other.name for other in path.parent.iterdir() if not is_litter(other) and other.name not in taken]
    except OSError as error:
        return f"its folder cannot be read ({reason_of(error)})"
    # The most similar names come first.
    found = difflib.get_close_matches(path.name, names, n=3, cutoff=0)
    if similar := difflib.get_close_matches(path.name, found, n=1, cutoff=0.75):
        return f"did you mean {similar[0]}?"
    return f"its folder holds {', '.join(found) or 'nothing like it'}"


def missing_in_run(path: Path) -> str:
    """What to do if there is no model or checkpoint at `path`, in the folder of a run."""
    if os.path.exists(path.parent.parent / path.name):
        return f"{path.parent.parent} is the folder of a model itself: set result_path={path.parent.parent.parent}"
    return "train first, with retrain=true and without --resume"


def is_litter(path: Path) -> bool:
    """Whether macOS or Windows, and no person, put the file `path` there: they do so in folders that are opened."""
    return path.name.startswith(".") or path.name.lower() in ("thumbs.db", "desktop.ini")


def _diagnosis(path: Path, wanted: str, advice: str) -> str:
    """What the first bytes of the file in `path`, which is not what is `wanted`, say that it is, and what to do."""
    kinds = {
        b"version https://git-lfs": "a Git LFS pointer to the real file; run `git lfs pull`",
        b"<!doctype html": "a web page; download the file itself",
        b"<html": "a web page; download the file itself",
        b"\x93numpy": "a NumPy array",
        b"\x89png": "a picture",
        b"\xff\xd8\xff": "a picture",
    }
    try:
        with open(path, "rb") as file:
            head = file.read(64).lstrip().lower()
    except (OSError, ValueError):
        return advice
    if not head:
        return "it is empty; copy it again"
    for sign, kind in kinds.items():
        if head.startswith(sign) and kind != wanted:
            return f"it is {kind}"
    return f"it is cut off, broken, or holds something else; copy it again, or {advice}"
