"""The door that every file is read through: whatever is wrong with one becomes one line that says what to do."""

import difflib
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.system.errors import InputError, reason_of

# What no path on this machine holds; a $ that begins no variable's name may be part of one.
NO_PATHS = (
    (
        r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})",
        "the environment variable {} is not set; set it, or write the path itself",
    ),
    (r"^[A-Za-z][\w+.-]+:/+", "{} begins an address; download what is there, and give a path on this machine"),
)
# What lies there in place of a picture, an array, ...: the bytes with which it begins, its name, and what to do.
TEXT = rb"(\xff\xfe.*|[\t-\r -\x7e\x80-\xff]+)\Z"
KINDS = (
    ("", rb"\Z", "empty", "copy it again"),
    ("", rb"version https://git-lfs", "a Git LFS pointer to the real file", "run `git lfs pull`"),
    ("", rb"(?i)\s*<(!doctype )?html", "a web page", "download the file itself"),
    ("picture", rb"\s*<(\?xml|svg)|%PDF", "a drawing of lines", "export it as PNG"),
    ("picture", rb"....ftyp", "a HEIC photo or a film", "export a picture as JPEG"),
    ("picture|font|settings", rb"PK\x03\x04", "an archive", "unpack it"),
    ("array", TEXT, "text", "read it with numpy.loadtxt, and write that with numpy.save"),
    ("picture|font|model|checkpoint", TEXT, "text", ""),
    ("picture|font|settings|model|checkpoint", rb"\x93NUMPY", "a NumPy array", ""),
    ("array|font|settings|model|checkpoint", rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture", ""),
)
# What macOS, Windows and their programs put into folders that are opened.
LITTER = r"(?i)\.|~\$|icon\r|thumbs\.db$|desktop\.ini$|__macosx$|@eadir$"


def expanded(path: str) -> str:
    """`path` with ~ and environment variables replaced. Raises InputError for what is no path on this machine."""
    path = os.path.expandvars(os.path.expanduser(path))
    for sign, words in NO_PATHS:
        if match := re.search(sign, path, re.ASCII):
            raise InputError(f"{path}: {words.format(match[0])}")
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
        # An address, for instance, is no path.
        expanded(str(path))
        words = missing or nearby(path)
        if path.is_symlink():
            words = f"it is a link to {path.readlink()}; copy the file itself, or run `git annex get`"
        raise InputError(f"{path.absolute()}: there is no such file; {words}") from None
    except Exception as error:
        # Readers raise all kinds of errors for a broken file, and their own advice may be unsafe or of no use here.
        raise InputError(f"{path}: cannot be read as {wanted}: {_diagnosis(path, error, wanted, advice)}") from None


def _diagnosis(path: Path, error: Exception, wanted: str, advice: str) -> str:
    """What lies at `path` in place of what is `wanted`, and what to do."""
    if os.path.isdir(path) and "folder" not in wanted:
        return "it is a folder; name a file in it, or put one in its place"
    if isinstance(error, MemoryError):
        much = f"it asks for more memory than there is, and has {os.path.getsize(path):,} bytes"
        return f"{much}; where that is little, its header is broken: {advice}"
    if isinstance(error, OSError) and error.errno:
        return f"{reason_of(error)}; {advice}"
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except (OSError, ValueError):
        return advice
    for place, sign, kind, remedy in KINDS:
        if re.search(place, wanted) and re.match(sign, head, re.DOTALL):
            return f"it is {kind}; {remedy or advice}"
    return f"it is cut off, broken, or holds something else; copy it again, or {advice}"


def nearby(path: Path, taken: Collection[str] = ()) -> str:
    """What the folder of `path`, which does not exist, holds instead, except for the names `taken`."""
    try:
        names = [other.name for other in path.parent.iterdir() if not is_litter(other) and other.name not in taken]
    except OSError as error:
        return f"its folder cannot be read ({reason_of(error)})"
    # The most similar names come first.
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0)
    if similar := difflib.get_close_matches(path.name, near, n=1, cutoff=0.75):
        return f"did you mean {similar[0]}?"
    return f"its folder holds {', '.join(near) or 'nothing like it'}"


def missing_in_run(path: Path) -> str:
    """What to do if there is no model or checkpoint at `path`, in the folder of a run."""
    if os.path.exists(path.parent.parent / path.name):
        return f"{path.parent.parent} is the folder of a model itself: set result_path={path.parent.parent.parent}"
    return "train first, with retrain=true and without --resume"


def is_litter(path: Path) -> bool:
    """Whether a system, and no person, put the file `path` there."""
    return bool(re.match(LITTER, path.name))
