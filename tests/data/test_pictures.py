"""Pictures of any format, mode, depth and orientation; files that are something else say what they are."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from data.pictures import open_picture
from utils.system.errors import InputError


def saved(folder: Path, values: object, kind: str = "uint8") -> Path:
    Image.fromarray(np.full((4, 5), values, kind)).save(folder / "picture", "TIFF")
    return folder / "picture"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (200, "uint8", 200),
        (0x8040, "uint16", 0x80),
        (4095, "uint16", 255),
        (512, "uint16", 128),
        (200, "int32", 200),
        (0.5, "float32", 128),
        (True, "bool", 255),
    ],
)
def test_one_channel_of_any_depth_becomes_eight_bits(tmp_path: Path, value: float, kind: str, expected: int):
    picture = open_picture(saved(tmp_path, value, kind))

    assert picture.size == (5, 4)
    assert set(np.asarray(picture.convert("RGB")).ravel().tolist()) == {expected}


@pytest.mark.parametrize("value", [300, -1, np.nan])
def test_values_that_could_mean_any_color_are_refused(tmp_path: Path, value: float):
    with pytest.raises(InputError, match="could mean any color"):
        open_picture(saved(tmp_path, value, "float32"))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "YCbCr", "RGBA", "RGB"])
def test_every_mode_becomes_rgb_or_rgba(tmp_path: Path, mode: str):
    Image.new("RGB", (6, 4), "white").convert(mode).save(tmp_path / "picture", "TIFF")

    picture = open_picture(tmp_path / "picture")

    assert picture.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    assert np.asarray(picture.convert("RGB")).min() >= 254


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_seen_turned_as_its_exif_says_even_if_other_fields_are_broken(tmp_path: Path, orientation: int):
    lying = Image.new("RGB", (40, 20))
    lying.paste((255, 0, 0), (0, 0, 20, 20))
    # A negative resolution, in a field that may not be negative.
    fields = [(0x0112, 3, struct.pack("<HH", orientation, 0)), (0x011A, 10, struct.pack("<I", 38))]
    entries = b"".join(struct.pack("<HHI", tag, kind, 1) + content for tag, kind, content in fields)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4) + struct.pack("<ii", -72, 1)
    lying.save(tmp_path / "phone.jpg", exif=exif, quality=95)

    raw, seen = open_picture(tmp_path / "phone.jpg"), open_picture(tmp_path / "phone.jpg", 40)

    assert raw.size == (40, 20)
    assert seen.size == ((40, 20) if orientation <= 4 else (20, 40))
    # Where the left half of the file comes to lie: orientations 2, 3 turn it right, 7, 8 down.
    red = np.asarray(seen)[..., 0].astype(float)
    first, second = (red[:, :20], red[:, 20:]) if orientation <= 4 else (red[:20], red[20:])
    assert (first.mean() > second.mean()) == (orientation in (1, 4, 5, 6))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colors_are_seen_in_srgb_and_a_broken_profile_is_ignored(tmp_path: Path, mode: str):
    red = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Of a screen whose first color is green, and whose second is red.
    exchanged = profile.replace(b"rXYZ", b"none").replace(b"gXYZ", b"rXYZ").replace(b"none", b"gXYZ")
    red.save(tmp_path / "exchanged.png", icc_profile=exchanged)
    red.save(tmp_path / "broken.png", icc_profile=exchanged[:200])

    assert open_picture(tmp_path / "exchanged.png", 4).convert("RGB").getpixel((1, 1)) == (0, 255, 0)
    assert open_picture(tmp_path / "exchanged.png").convert("RGB").getpixel((1, 1)) == (255, 0, 0)
    assert open_picture(tmp_path / "broken.png", 4).convert("RGB").getpixel((1, 1)) == (255, 0, 0)


def test_a_photo_of_many_pixels_is_read_to_be_made_smaller_and_no_data_set_has_as_many(tmp_path: Path):
    Image.new("1", (12_000, 9_000)).save(tmp_path / "photo.png")

    assert open_picture(tmp_path / "photo.png", 300).size == (12_000, 9_000)
    with pytest.raises(InputError, match="has more pixels than 100,000,000; make it smaller"):
        open_picture(tmp_path / "photo.png")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS pointer"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"\x89PNG\r\n", "cut off, broken"),
        (b"hello", "save it again, as PNG or JPEG"),
        (b"", "is empty"),
    ],
)
def test_what_is_not_a_picture_is_called_what_it_is(tmp_path: Path, content: bytes, complaint: str):
    (tmp_path / "picture.png").write_bytes(content)

    with pytest.raises(InputError, match=complaint):
        open_picture(tmp_path / "picture.png")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("wanted.jpg", r"its folder holds pi\.PNG$"),
        ("pi.PN", r"did you mean pi\.PNG\?"),
        ("nowhere/wanted.jpg", "its folder cannot be read"),
        ("pi.PNG/wanted.jpg", r"pi\.PNG"),
        (".", "(?i)is a (folder|directory)"),
    ],
)
def test_where_there_is_no_picture_those_that_are_there_are_named(tmp_path: Path, name: str, complaint: str):
    (tmp_path / "pi.PNG").touch()
    (tmp_path / "._pi.PNG").touch()

    with pytest.raises(InputError, match=complaint):
        open_picture(tmp_path / name)
