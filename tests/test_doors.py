"""Behind each door through which a file is read, nothing is raised but InputError, in one line, whatever the file is.

Files are broken as they break in the world: cut, with other bytes in the middle, or replaced by something else.
"""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from quick import Finished

from data.drawing import find_font
from data.pictures import open_picture
from data.points import PICTURE, XS, read_points
from models.generator import load_generator
from utils.evaluation.__main__ import read_samples
from utils.settings.config import Config, load_config
from utils.system.errors import InputError
from utils.training.checkpoint import read_checkpoint

# What reads the file, and what the file has to be called, if it matters.
DOORS: dict[str, tuple[Callable[[Path], object], str]] = {
    "array": (lambda path: read_points(path.parent).split(0.1, 0), XS),
    "picture": (open_picture, ""),
    "picture as seen": (lambda path: open_picture(path, 100), ""),
    "samples": (lambda path: read_samples(str(path)), ""),
    "settings": (load_config, ""),
    "model": (load_generator, ""),
    "checkpoint": (lambda path: read_checkpoint(path.parent), "checkpoint.pt"),
    "font": (lambda path: find_font("A", path), ""),
}


def is_accepted(read: Callable[[Path], object], path: Path) -> bool:
    """Whether what is at `path` is accepted; it may be refused in one line, and nothing else."""
    message = ""
    try:
        read(path)
    except InputError as error:
        message = str(error)
    assert not {"\n", "\x1b"} & {*message}
    return not message


def packed(save: Callable[..., object], *content: object, **more: object) -> bytes:
    file = io.BytesIO()
    save(file, *content, **more)
    return file.getvalue()


@pytest.fixture(scope="session")
def sound(finished: Finished) -> dict[str, list[bytes]]:
    """Files that each door lets in, and others of many formats, which each door must bear."""
    out, picture, xs = finished.result / "vanilla", Image.open(finished.data / PICTURE), finished.data / XS
    exif = picture.getexif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    pictures = [packed(picture.save, kind, exif=exif) for kind in ("JPEG", "PNG", "TIFF", "GIF", "BMP")]
    return {
        "array": [xs.read_bytes(), packed(np.savez, xs=np.load(xs))],
        "picture": pictures,
        "picture as seen": pictures,
        "samples": [(out / "generated.npy").read_bytes(), packed(np.savez_compressed, points=np.ones((9, 5), int))],
        "settings": [Config().to_yaml().encode(), Config().to_yaml().encode("utf-16")],
        "model": [(out / "model.pt").read_bytes()],
        "checkpoint": [(out / "checkpoint.pt").read_bytes()],
        "font": [find_font("A").read_bytes()],
    }


@st.composite
def broken(draw: st.DrawFn, files: list[bytes], others: list[bytes]) -> bytes:
    """One of `files` that was cut, or in which bytes changed, or one of `others`."""
    content = bytearray(draw(st.sampled_from(files)))
    # What a file says about itself is at its ends, and breaks more.
    ends = st.integers(0, min(300, len(content) - 1))
    places = ends | ends.map(lambda i: len(content) - 1 - i) | st.integers(0, len(content) - 1)
    for place in draw(st.lists(places, max_size=8)):
        content[place] = draw(st.integers(0, 255))
    lengths = st.just(len(content)) | places
    return draw(lengths.map(lambda n: bytes(content[:n])) | st.sampled_from(others) | st.binary(max_size=80))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("door", DOORS)
def test_any_file_is_accepted_or_refused_in_one_line(
    finished: Finished, sound: dict[str, list[bytes]], tmp_path: Path, door: str
):
    read, name = DOORS[door]
    path = shutil.copytree(finished.data, tmp_path / "data") / (name or "file")
    path.write_bytes(sound[door][0])
    assert is_accepted(read, path)

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(broken(sound[door], [content for files in sound.values() for content in files]))
    def attempt(content: bytes) -> None:
        path.write_bytes(content)
        is_accepted(read, path)

    attempt()
    path.write_bytes(b"")
    for other in ("nothing/file", "\0", "x" * 300, "a\nb", ""):
        assert not is_accepted(read, path.parent / other)


@pytest.mark.parametrize("door", ["model", "checkpoint"])
@pytest.mark.parametrize("content", [[1, 2], {"format": 99}, Path.touch], ids=["list", "format", "function"])
def test_what_another_program_saved_is_refused(tmp_path: Path, door: str, content: object):
    read, name = DOORS[door]
    path = tmp_path / (name or "model.pt")
    torch.save(content, path)

    with pytest.raises(InputError, match=f"^{path}: .*train (again|anew)") as error:
        read(path)
    assert "weights_only" not in str(error.value)
