"""The door that every file is read through: whatever is wrong with one becomes one line that says what to do."""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from utils.program.errors import InputError, reason_of, too_many_files

# The first bytes of what torch.save writes.
ZIP = (b"PK\x03\x04",)
# The first bytes of files that people meet in place of what they want, and what to do.
IMPOSTORS = {
    b"version https://git-lfs": "it is a Git LFS pointer to the real file; run `git lfs pull`",
    b"<!doctype html": "it is a web page; download the file itself",
    b"<html": "it is a web page; download the file itself",
    b"PK\x03\x04": "it is a zip archive; take the file out of it",
    b"\x93NUMPY": "it is a NumPy array",
    b"\x89PNG": "it is a picture",
    b"\xff\xd8\xff": "it is a picture",
}


def expanded(path: str) -> str:
    """`path` with ~ and environment variables replaced. Raises InputError if it names a variable that is not set."""
    path = os.path.expandvars(os.path.expanduser(path))
    # A $ that begins no variable's name belongs to the path.
    unset = re.search(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})", path, re.ASCII)
    if unset:
        raise InputError(f"{path}: the environment variable {unset[0]} is not set; set it, or write the path itself")
    return path


@contextmanager
def reading(
    path: Path, wanted: str, advice: str, signs: Sequence[bytes] = (), missing: Callable[[Path], str] | None = None
) -> Iterator[None]:
    """Raise whatever goes wrong while `path` is read as an InputError of one line.

    It should hold what is `wanted` ("a picture"), and begins with one of the `signs` then. `advice` ("save it again")
    says what to do where nothing better is known, and `missing` what to do if there is no such file.
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        words = (missing or others)(path)
        if path.is_symlink():
            words = f"it is a link to {path.readlink()}; copy the file itself, or run `git annex get`"
        raise InputError(f"{path.absolute()}: there is no such file; {words}") from None
    except MemoryError:
        much = f"asks for more memory than there is, and has {os.path.getsize(path):,} bytes"
        raise InputError(f"{path}: {much}; where that is little, its header is broken: {advice}") from None
    except Exception as error:
        # Readers raise all kinds of errors for a broken file; what they advise may be unsafe, or of no use here.
        if os.path.isdir(path):
            words = "it is a folder"
        elif isinstance(error, OSError) and error.errno:
            words = too_many_files(error) or f"{reason_of(error)}; {advice}"
        else:
            words = _diagnosis(path, signs, advice)
        raise InputError(f"{path}: cannot be read as {wanted}: {words}") from None


def others(path: Path, endings: Sequence[str] | None = None) -> str:
    """What to do about `path`, which is not there: a name like it, or the files in its folder with the same ending."""
    if os.path.isfile(path.parent):
        return f"{path.parent} is a file, not a folder"
    if not os.path.isdir(path.parent):
        return f"there is no folder {path.parent}"
    found = ", ".join(visible(path.parent, endings or (path.suffix,))[:3])
    return similar(path) or (f"the folder holds {found}" if found else "its folder holds nothing like it")


def similar(path: Path) -> str | None:
    """A question whether `path`, which is not there, is another name in its folder, if one is like it."""
    near = difflib.get_close_matches(path.name, visible(path.parent), n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else None


def missing_in_run(path: Path) -> str:
    """What to do about a model or a checkpoint that is not in `path`, the folder of a run."""
    if (path.parent.parent / path.name).exists():
        return f"{path.parent.parent} is the folder of a model itself: set result_path={path.parent.parent.parent}"
    return "train first, with retrain=true and without --resume"


def visible(folder: Path, endings: Sequence[str] = ("",)) -> list[str]:
    """The names in `folder` with one of `endings`, sorted, but for those that systems hide or leave behind."""
    try:
        names = sorted(other.name for other in folder.iterdir() if not is_litter(other))
    except OSError:
        return []
    return [name for name in names if name.lower().endswith(tuple(endings))]


def is_litter(path: Path) -> bool:
    """Whether nobody put the file `path` where it is: macOS and Windows leave such files in folders that are opened."""
    return path.name.startswith(".") or path.name.lower() in ("thumbs.db", "desktop.ini")


def _diagnosis(path: Path, signs: Sequence[bytes], advice: str) -> str:
    """What the file in `path` is instead of one that begins with one of `signs`, if that is known, and what to do."""
    try:
        with open(path, "rb") as file:
            head = file.read(64).lstrip().lower()
    except (OSError, ValueError):
        return advice
    if not head:
        return "it is empty; copy it again"
    if any(head.startswith(sign.lower()) for sign in signs):
        return f"it is cut off, broken, or holds something else; copy it again, or {advice}"
    return next((words for sign, words in IMPOSTORS.items() if head.startswith(sign.lower())), advice)
