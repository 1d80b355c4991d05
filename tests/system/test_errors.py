"""What is said of a file that cannot be read: what lies there instead, and what to do."""

from pathlib import Path

import pytest

from utils.system.errors import InputError, expanded, nearby, reading

PICTURE, ARRAY, MODEL = "a picture", "a NumPy array", "a model of this program"


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        (ARRAY, b"12,40\n13,41\n", "text.*numpy.loadtxt"),
        (ARRAY, "1\n2\n".encode("utf-16"), "text.*numpy.loadtxt"),
        (PICTURE, b"a note", "text; ADVICE"),
        (PICTURE, b"<svg width='3'>", "drawing.*PNG"),
        (PICTURE, b"\0\0\0\x18ftypheic", "HEIC.*JPEG"),
        (PICTURE, b"PK\3\4\0\0", "archive; unpack"),
        (PICTURE, b"\x93NUMPY\1\0", "a NumPy array; ADVICE"),
        (MODEL, b"\x89PNG\r\n\x1a\n", "a picture; ADVICE"),
        (MODEL, b"<!DOCTYPE html><p>", "web page; download"),
        (MODEL, b"", "empty"),
        (MODEL, b"PK\3\4\0\0", "cut off"),
    ],
)
def test_what_lies_in_place_of_a_file_is_named_with_what_to_do(tmp_path: Path, kind: str, content: bytes, words: str):
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(InputError, match=f"read as {kind}: it is .*{words}"), reading(path, kind, "ADVICE"):
        raise ValueError("unsafe\nadvice")


def test_a_path_is_no_address_and_may_have_a_home_variables_and_odd_letters(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"HOME": "/home/me", "USERPROFILE": "/home/me", "SCRATCH": "/disk"}.items():
        monkeypatch.setenv(name, value)

    paths = {"~/runs": "/home/me/runs", "$SCRATCH/a": "/disk/a", "${SCRATCH}b": "/diskb", "100$": "100$", "$5": "$5"}
    for text, path in (paths | {"C:/runs": "C:/runs", "a:b": "a:b"}).items():
        assert expanded(text) == path
    with pytest.raises(InputError, match=r"https:/.*begins an address"), reading(Path("https://x.org/a"), MODEL, ""):
        Path("https://x.org/a").read_bytes()


def test_what_systems_leave_in_folders_is_never_named(tmp_path: Path):
    for name in (".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "Icon\r", "~$list.xlsx", "__MACOSX", "icon.png"):
        (tmp_path / name).touch()

    assert nearby(tmp_path / "no such file") == "its folder holds icon.png"
    assert nearby(tmp_path / "icom.png") == "did you mean icon.png?"
