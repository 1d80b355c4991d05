from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.points import Canvas
from utils.pictures.painting import CAPTION_HEIGHT, GAP, LEAST_SIDE, paint, save_film, save_picture


def test_a_point_is_painted_at_its_row_and_column_in_its_color_on_the_canvas():
    picture = paint(np.array([[1, 4, 10, 20, 30]]), Canvas(height=3, width=6, color=(7, 8, 9)))

    assert picture.size == (6, 3)
    assert picture.getpixel((4, 1)) == (10, 20, 30)
    assert sorted(picture.getcolors()) == [(1, (10, 20, 30)), (17, (7, 8, 9))]


def test_a_saved_picture_reads_back_as_it_was_painted(tmp_path: Path, some_points: np.ndarray, canvas: Canvas):
    painted = paint(some_points, canvas)

    save_picture(painted, tmp_path / "picture.png")

    assert np.array_equal(np.asarray(Image.open(tmp_path / "picture.png")), np.asarray(painted))


def test_the_film_shows_the_data_beside_every_frame_and_rests_on_the_last(tmp_path: Path, some_points: np.ndarray):
    canvas = Canvas(240, 320, (0, 0, 0))
    data = paint(some_points[:, [0, 1, 3, 4, 2]], canvas)
    frames = [paint(some_points[:n], canvas) for n in (10, 50, 100)]

    save_film(tmp_path / "film.gif", data, frames, ["one", "two", "three"])

    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 3
        assert film.size == (320 + GAP + 320, 240 + CAPTION_HEIGHT)
        durations = []
        for number, frame in enumerate(frames):
            film.seek(number)
            durations.append(film.info["duration"])
            page = np.asarray(film.convert("RGB")).astype(int)
            for half, painted in ((page[:240, :320], data), (page[:240, 320 + GAP :], frame)):
                # A GIF has few colors.
                assert np.abs(half - np.asarray(painted).astype(int)).max() < 60
            assert page[240:, :320].any(), "the caption of the data is missing"
            assert page[240:, 320 + GAP :].any(), "the caption of the frame is missing"
    assert durations[0] == durations[1]
    assert durations[2] > 10 * durations[0]


@pytest.mark.parametrize(("side", "shown"), [(30, 180), (150, 150), (600, 600), (1280, 640)])
def test_frames_of_small_pictures_are_enlarged_and_those_of_large_ones_shrunk(tmp_path: Path, side: int, shown: int):
    frame = Image.new("RGB", (side, side))

    save_film(tmp_path / "film.gif", frame, [frame], ["one"])

    assert Image.open(tmp_path / "film.gif").size == (2 * max(shown, LEAST_SIDE) + GAP, shown + CAPTION_HEIGHT)


def test_each_frame_needs_a_caption(tmp_path: Path, some_points: np.ndarray, canvas: Canvas):
    frame = paint(some_points, canvas)

    with pytest.raises(ValueError, match="zip"):
        save_film(tmp_path / "film.gif", frame, [frame, frame], ["one"])
