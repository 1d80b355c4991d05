"""Files that are not what their names say, for reasons that have a name."""

from pathlib import Path

_SIGNS = (
    (b"version https://git-lfs", "it is a Git LFS pointer to the real file; run `git lfs pull`"),
    (b"/annex/objects/", "it is a git-annex pointer to the real file; run `git annex get`"),
    (b"<!doctype html", "it is a web page; download the file itself"),
    (b"<html", "it is a web page; download the file itself"),
    (b"PK\x03\x04", "it is a zip or .npz archive; take the file out of it"),
    (b"\x93NUMPY", "it is a NumPy array"),
    (b"\x89PNG", "it is a picture"),
    (b"\xff\xd8\xff", "it is a picture"),
    (b"\x80\x04", "it is a pickle, which may run code; save it with numpy.save(..., allow_pickle=False)"),
    (b"\x80\x05", "it is a pickle, which may run code; save it with numpy.save(..., allow_pickle=False)"),
)


def describe_impostor(path: Path, wanted: str) -> str | None:
    """What the file in `path` is in place of `wanted`, as "a picture", and what to do, if its first bytes tell."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except OSError:
        return None
    if not head:
        return "it is empty; copy it again"
    for sign, words in _SIGNS:
        if head.lstrip().lower().startswith(sign.lower()):
            return "it is cut off, or broken; copy it again" if words == f"it is {wanted}" else words
    return None


def describe_broken_link(path: Path) -> str | None:
    """What to do if `path` is a link to a file that is not there, as those are that git-annex has not fetched."""
    if not path.is_symlink():
        return None
    return f"it is a link to {path.readlink()}, which is not there; copy the file itself, or run `git annex get`"
