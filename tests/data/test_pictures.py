"""Pictures of any format, mode, depth and orientation; what points paint, and films of that.

What is no picture is in tests/system/test_errors.py.
"""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageSequence

from data.pictures import Canvas, open_picture, paint, paint_small, save_film
from utils.system.errors import InputError


@pytest.mark.parametrize("value", [np.uint16(4095), np.int32(200), np.float32(0.5)])
def test_a_picture_of_more_than_eight_bits_could_mean_any_color(tmp_path: Path, value: np.generic):
    Image.fromarray(np.full((4, 5), value)).save(tmp_path / "picture", "TIFF")

    with pytest.raises(InputError, match="any color"):
        open_picture(tmp_path / "picture")


@pytest.mark.parametrize("mode", ["LA", "P", "1", "CMYK", "YCbCr", "RGBA"])
def test_every_mode_becomes_rgb_or_rgba(tmp_path: Path, mode: str):
    Image.new("RGB", (6, 4), "white").convert(mode).save(tmp_path / "picture", "TIFF")
    picture = open_picture(tmp_path / "picture")

    assert picture.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    assert picture.convert("L").getextrema()[0] >= 254


def test_a_picture_is_seen_turned_as_its_exif_says_even_if_other_fields_are_broken(tmp_path: Path):
    lying = Image.new("RGB", (40, 20))
    lying.paste((255, 0, 0), (0, 0, 20, 20))
    # To be turned to the right; and a negative resolution, in a field that may not be negative.
    fields = [(0x0112, 3, struct.pack("<HH", 6, 0)), (0x011A, 10, struct.pack("<I", 38))]
    entries = b"".join(struct.pack("<HHI", tag, kind, 1) + content for tag, kind, content in fields)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4) + struct.pack("<ii", -72, 1)
    lying.save(tmp_path / "phone.jpg", exif=exif, quality=95)

    raw, seen = open_picture(tmp_path / "phone.jpg"), open_picture(tmp_path / "phone.jpg", 40)

    assert raw.size == (40, 20)
    assert seen.size == (20, 40)
    assert [seen.getpixel((10, row))[0] > 128 for row in (3, 36)] == [True, False]


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


@pytest.mark.parametrize("dot", [1, 2])
def test_in_a_small_picture_each_point_is_a_dot_in_its_place_and_color_on_the_canvas(dot: int):
    canvas, points = Canvas(300, 600, (7, 8, 9)), np.array([[0, 0, 10, 20, 30], [299, 599, 0, 255, 0]])

    picture = np.asarray(paint_small(points, canvas, 60, dot))

    assert picture.shape == (30, 60, 3)
    assert (picture[:dot, :dot] == [10, 20, 30]).all()
    # The last dot is cut off by the corner.
    assert picture[29, 59].tolist() == [0, 255, 0]
    assert (picture == [7, 8, 9]).all(2).sum() == 30 * 60 - dot * dot - 1
    assert paint_small(points % 9, Canvas(9, 9), 60).size == (9, 9)


def test_the_film_shows_the_data_beside_every_frame_and_rests_on_the_last(tmp_path: Path, some_points: np.ndarray):
    data, *frames = (paint(some_points[:n], Canvas(240, 320)) for n in (80, 10, 50, 100))

    save_film(tmp_path / "film.gif", data, frames, ["one", "two", "three"])

    durations = []
    for frame, page in zip(frames, ImageSequence.Iterator(Image.open(tmp_path / "film.gif")), strict=True):
        durations.append(page.info["duration"])
        columns = np.split(np.asarray(page.convert("RGB"), int), [320, 328], axis=1)[::2]
        for painted, column in zip((data, frame), columns, strict=True):
            # A GIF has few colors.
            assert np.abs(column[:240] - np.asarray(painted, int)).max() < 60
            assert column[240:].any(), "a caption is missing"
    assert durations[2] > 10 * durations[0] == 10 * durations[1]


@pytest.mark.parametrize(("side", "shown"), [(30, 180), (150, 150), (600, 600), (1280, 640)])
def test_frames_of_small_pictures_are_enlarged_and_those_of_large_ones_shrunk(tmp_path: Path, side: int, shown: int):
    frame = Image.new("RGB", (side, side))

    save_film(tmp_path / "film.gif", frame, [frame], ["one"])

    assert Image.open(tmp_path / "film.gif").size == (2 * max(shown, 200) + 8, shown + 16)
