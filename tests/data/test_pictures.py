"""Pictures of any format, mode, depth and orientation. What is no picture is in tests/system/test_reading.py."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from data.pictures import open_picture
from utils.system.errors import InputError


def saved(folder: Path, value: float, kind: str) -> Path:
    Image.fromarray(np.full((4, 5), value, kind)).save(folder / "picture", "TIFF")
    return folder / "picture"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (200, "uint8", 200),
        (0x8040, "uint16", 0x80),
        (4095, "uint16", 255),
        (200, "int32", 200),
        (0.5, "float32", 128),
        (True, "bool", 255),
    ],
)
def test_one_channel_of_any_depth_becomes_eight_bits(tmp_path: Path, value: float, kind: str, expected: int):
    assert open_picture(saved(tmp_path, value, kind)).getcolors() == [(20, (expected,) * 3)]


@pytest.mark.parametrize("value", [300, -1, np.nan])
def test_values_that_could_mean_any_color_are_refused(tmp_path: Path, value: float):
    with pytest.raises(InputError, match="any color"):
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
    assert (seen.getpixel((3, 3))[0] > 128) == (orientation in (1, 4, 5, 6))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colors_are_seen_in_srgb_and_a_broken_profile_is_ignored(tmp_path: Path, mode: str):
    red, path = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode), tmp_path / "red.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Of a screen whose first color is green, and whose second is red.
    exchanged = profile.replace(b"rXYZ", b"none").replace(b"gXYZ", b"rXYZ").replace(b"none", b"gXYZ")
    for content, shown_side, color in ((exchanged, 4, "lime"), (exchanged, None, "red"), (exchanged[:200], 4, "red")):
        red.save(path, icc_profile=content)
        expected = Image.new("RGB", (4, 4), color)
        assert open_picture(path, shown_side).convert("RGB").tobytes() == expected.tobytes()


def test_a_photo_of_many_pixels_is_read_to_be_made_smaller_and_no_data_set_has_as_many(tmp_path: Path):
    Image.new("1", (12_000, 9_000)).save(tmp_path / "photo.png")

    assert open_picture(tmp_path / "photo.png", 300).size == (12_000, 9_000)
    with pytest.raises(InputError, match="more pixels"):
        open_picture(tmp_path / "photo.png")
