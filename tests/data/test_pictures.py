"""Pictures of any format, mode, depth and orientation; files that are something else say what they are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.pictures import open_picture
from utils.program.errors import InputError


def saved(path: Path, values: np.ndarray, kind: str = "TIFF") -> Path:
    Image.fromarray(values).save(path, kind)
    return path


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.full((4, 5), 200, np.uint8), 200),
        (np.full((4, 5), 0x8040, np.uint16), 0x80),
        (np.full((4, 5), 200, np.int32), 200),
        (np.full((4, 5), 0x8040, np.int32), 0x80),
        (np.full((4, 5), 0.5, np.float32), 128),
        (np.full((4, 5), True), 255),
    ],
)
def test_one_channel_of_any_depth_becomes_eight_bits(tmp_path: Path, values: np.ndarray, expected: int):
    picture = open_picture(saved(tmp_path / "picture", values))

    assert picture.size == (5, 4)
    assert set(np.asarray(picture.convert("RGB")).ravel().tolist()) == {expected}


@pytest.mark.parametrize("values", [np.full((4, 5), 300.0, np.float32), np.full((4, 5), -3, np.int32)])
def test_values_that_could_mean_any_color_are_refused(tmp_path: Path, values: np.ndarray):
    with pytest.raises(InputError, match=r"could mean any color; save it with 8 bits per channel"):
        open_picture(saved(tmp_path / "picture", values))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "YCbCr", "RGBA", "RGB"])
def test_every_mode_becomes_rgb_or_rgba(tmp_path: Path, mode: str):
    color = Image.new("RGB", (6, 4), (255, 255, 255))
    color.convert(mode).save(tmp_path / "picture", "TIFF" if mode in ("CMYK", "YCbCr") else "PNG")

    picture = open_picture(tmp_path / "picture")

    assert picture.mode in ("RGB", "RGBA")
    assert np.asarray(picture.convert("RGB")).min() >= 254


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_upright_picture_is_turned_as_its_exif_says_and_a_raw_one_is_not(tmp_path: Path, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = Image.new("RGB", (40, 20))
    lying.paste((255, 0, 0), (0, 0, 20, 20))
    lying.save(tmp_path / "phone.jpg", exif=exif, quality=95)

    raw, upright = open_picture(tmp_path / "phone.jpg"), open_picture(tmp_path / "phone.jpg", upright=True)

    assert raw.size == (40, 20)
    assert upright.size == ((40, 20) if orientation <= 4 else (20, 40))
    # Where the left half of the file comes to lie: orientations 2, 3 turn it right, 7, 8 down.
    red = np.asarray(upright)[..., 0].astype(float)
    first, second = (red[:, :20], red[:, 20:]) if orientation <= 4 else (red[:20], red[20:])
    assert (first.mean() > second.mean()) == (orientation in (1, 4, 5, 6))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "is a Git LFS pointer.*git lfs pull"),
        (b"<!DOCTYPE html><html></html>", "is a web page; download the file itself"),
        (b"\x93NUMPY\x01\x00", "is a NumPy array"),
        (b"\x89PNG\r\n", "is cut off, or broken; copy it again"),
        (b"", "is empty"),
        (b"hello", "its format is unknown; save it again, as PNG or JPEG"),
    ],
)
def test_what_is_no_picture_is_called_what_it_is(tmp_path: Path, content: bytes, complaint: str):
    (tmp_path / "picture.png").write_bytes(content)

    with pytest.raises(InputError, match=complaint):
        open_picture(tmp_path / "picture.png")


def test_a_missing_picture_names_those_that_are_there(tmp_path: Path):
    with pytest.raises(InputError, match="there is no such picture; its folder holds no picture at all; set data_path"):
        open_picture(tmp_path / "wanted.jpg")
    with pytest.raises(InputError, match="there is no folder"):
        open_picture(tmp_path / "nowhere" / "wanted.jpg")

    Image.new("RGB", (2, 2)).save(tmp_path / "pi.PNG")
    with pytest.raises(InputError, match=r"the folder holds pi\.PNG: rename the right one to wanted\.jpg"):
        open_picture(tmp_path / "wanted.jpg")


def test_the_home_directory_may_be_abbreviated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Image.new("RGB", (2, 3)).save(tmp_path / "pi.png")

    assert open_picture("~/pi.png").size == (2, 3)
