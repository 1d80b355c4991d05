"""What a person gave and cannot be used: one line that says what is wrong, where, and what to do."""

import contextlib
import difflib
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

# What a machine may lack: how errors of Python, PyTorch and GPUs tell, and what is said in their place.
LACKS = {
    "MemoryError|(out of|allocate) memory": "out of memory ({}); close other programs, or make data or model smaller",
    # PyTorch raises this wherever the main process is when it learns of it.
    "DataLoader worker": "a process that loads batches was killed ({}), perhaps for lack of memory; "
    "what was saved before is kept; go on with --resume num_workers=0",
}


class InputError(Exception):
    """Something the person gave cannot be used. The message says in one line what, where, and what to do."""

    def __init__(self, message: str) -> None:
        # A path, or what a library says, may hold line breaks and the colors of a terminal.
        super().__init__(re.sub(r"(\x1b\[[0-9;]*m|[\x00-\x1f\x7f])+", " ", message))


def reason_of(error: BaseException) -> str:
    """Why `error` was raised, in one line without a number."""
    text: str = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.strip().partition("\n")[0]


def lack_of(error: BaseException) -> str | None:
    """What the machine lacks, and what to do; None if `error` says no such thing."""
    words = (words for sign, words in LACKS.items() if re.search(sign, f"{type(error).__name__}: {error}"))
    return next((text.format(reason_of(error)) for text in words), None)


# What no path on this machine holds; a $ that begins no variable's name may be part of one.
NO_PATHS = {
    r"\$([A-Za-z_]\w*|\{[A-Za-z_]\w*\})": "the environment variable {} is not set; set it, or write the path itself",
    r"^[A-Za-z][\w+.-]+:/+": "{} begins an address; download what is there, and give a path on this machine",
}
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
    for sign, words in NO_PATHS.items():
        if match := re.search(sign, path, re.ASCII):
            raise InputError(f"{path}: {words.format(match[0])}")
    return path


@contextlib.contextmanager
def reading(path: Path, kind: str, advice: str, missing: str | None = None) -> Iterator[None]:
    """Raise whatever goes wrong while `path` is read as an InputError of one line.

    The file should hold something of this `kind` ("a picture"). The message ends with `advice` ("save it again") if it
    cannot be read, and with `missing`, or else what its folder holds, if there is no such file.
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
        raise InputError(f"{path}: cannot be read as {kind}: {_diagnosis(path, error, kind, advice)}") from None


def _diagnosis(path: Path, error: Exception, kind: str, advice: str) -> str:
    """What lies at `path` in place of something of this `kind`, and what to do."""
    if os.path.isdir(path) and "folder" not in kind:
        return "it is a folder; name a file in it, or put one in its place"
    if isinstance(error, MemoryError):
        return f"it asks for more memory than there is; if it is a small file, its header is broken: {advice}"
    if isinstance(error, OSError) and error.errno:
        return f"{reason_of(error)}; {advice}"
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        head = file.read(64)
        for kinds, sign, other, remedy in KINDS:
            if re.search(kinds, kind) and re.match(sign, head, re.DOTALL):
                return f"it is {other}; {remedy or advice}"
    return f"it is cut off, broken, or holds something else; copy it again, or {advice}"


def nearby(path: Path, others: Collection[str] = ()) -> str:
    """What the folder of `path`, which does not exist, holds instead, except for the names of `others`."""
    try:
        names = [name for name in os.listdir(path.parent) if name not in others and not re.match(LITTER, name)]
    except OSError as error:
        return f"its folder cannot be read ({reason_of(error)})"
    # The most similar names come first.
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0)
    if difflib.get_close_matches(path.name, near, cutoff=0.75):
        return f"did you mean {near[0]}?"
    return f"its folder holds {', '.join(near) or 'nothing like it'}"


def missing_in_run(path: Path) -> str:
    """What to do if there is no model or checkpoint at `path`, in the folder of a run."""
    if os.path.exists(path.parent.parent / path.name):
        return f"{path.parent.parent} is the folder of a model itself: set result_path={path.parent.parent.parent}"
    return "train first, with retrain=true and without --resume"
