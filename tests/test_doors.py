"""Behind each door through which a file is read, nothing is raised but InputError, in one line, whatever the file is.

Files are broken as they break in the world: cut, with other bytes in the middle, or replaced by something else.
"""

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
from utils.settings.config import load_config
from utils.system.errors import InputError
from utils.training.checkpoint import read_checkpoint

# What reads the file, and its name among the `files`.
DOORS: dict[str, tuple[Callable[[Path], object], str]] = {
    "array": (lambda path: read_points(path.parent).split(0.1, 0), XS),
    "picture": (open_picture, PICTURE),
    "picture as seen": (lambda path: open_picture(path, 100), "turned.jpeg"),
    "samples": (lambda path: read_samples(str(path)), "generated.npy"),
    "settings": (load_config, "config.yaml"),
    "model": (load_generator, "model.pt"),
    "checkpoint": (lambda path: read_checkpoint(path.parent), "checkpoint.pt"),
    "font": (lambda path: find_font("A", path), "font.ttf"),
}


@pytest.fixture
def files(finished: Finished, tmp_path: Path) -> Path:
    """A folder of files that each door lets in, and others of many formats, which each door must bear."""
    folder = shutil.copytree(finished.data, tmp_path / "files")
    for name in ("generated.npy", "config.yaml", "model.pt", "checkpoint.pt"):
        shutil.copy(finished.result / "vanilla" / name, folder)
    shutil.copy(find_font("A"), folder / "font.ttf")
    picture = Image.open(folder / PICTURE)
    exif = picture.getexif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    for kind in ("jpeg", "png", "tiff", "gif", "bmp"):
        picture.save(folder / f"turned.{kind}", exif=exif)
    np.savez_compressed(folder / "archive.npz", points=np.ones((9, 5), int))
    (folder / "utf-16.yaml").write_text("epochs: 3\n", "utf-16")
    return folder


def is_accepted(read: Callable[[Path], object], path: Path) -> bool:
    """Whether what is at `path` is accepted; it may be refused in one line, and nothing else."""
    message = ""
    try:
        read(path)
    except InputError as error:
        message = str(error)
    assert not {"\n", "\x1b"} & {*message}
    return not message


@st.composite
def broken(draw: st.DrawFn, contents: list[bytes]) -> bytes:
    """One of `contents` that was cut, or in which bytes changed."""
    content = bytearray(draw(st.sampled_from(contents)))
    # What a file says about itself is at its ends, and breaks more.
    ends = st.integers(0, min(300, len(content) - 1))
    places = ends | ends.map(lambda i: len(content) - 1 - i) | st.integers(0, len(content) - 1)
    for place in draw(st.lists(places, max_size=8)):
        content[place] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.just(len(content)) | places)])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("door", DOORS)
def test_any_file_is_accepted_or_refused_in_one_line(files: Path, door: str):
    read, name = DOORS[door]
    path, others = files / name, [file.read_bytes() for file in sorted(files.iterdir())]
    assert is_accepted(read, path)

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(broken([path.read_bytes()]) | broken(others) | st.binary(max_size=80))
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
    torch.save(content, tmp_path / name)

    with pytest.raises(InputError, match=r"train (again|anew)") as error:
        read(tmp_path / name)
    assert "weights_only" not in str(error.value)
