from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.pictures import Canvas, paint, paint_small, save_film


def test_a_point_is_painted_at_its_row_and_column_in_its_color_on_the_canvas():
    picture = paint(np.array([[1, 4, 10, 20, 30]]), Canvas(height=3, width=6, color=(7, 8, 9)))

    assert picture.size == (6, 3)
    assert picture.getpixel((4, 1)) == (10, 20, 30)
    assert sorted(picture.getcolors()) == [(1, (10, 20, 30)), (17, (7, 8, 9))]


@pytest.mark.parametrize("dot", [1, 2])
def test_in_a_small_picture_each_point_is_a_dot_in_its_place_and_color(dot: int):
    canvas, points = Canvas(300, 600, (9, 9, 9)), np.array([[0, 0, 255, 0, 0], [299, 599, 0, 255, 0]])

    picture = np.asarray(paint_small(points, canvas, 60, dot))

    assert picture.shape == (30, 60, 3)
    assert (picture[:dot, :dot] == [255, 0, 0]).all()
    assert picture[29, 59].tolist() == [0, 255, 0]
    # The last dot is cut off by the corner.
    assert (picture == 9).all(2).sum() == 30 * 60 - dot * dot - 1
    assert points[1].tolist() == [299, 599, 0, 255, 0], "the points themselves were moved"
    assert paint_small(points % 9, Canvas(9, 9), 60).size == (9, 9)


def test_the_film_shows_the_data_beside_every_frame_and_rests_on_the_last(tmp_path: Path, some_points: np.ndarray):
    canvas = Canvas(240, 320)
    data = paint(some_points[:, [0, 1, 3, 4, 2]], canvas)
    frames = [paint(some_points[:n], canvas) for n in (10, 50, 100)]

    save_film(tmp_path / "film.gif", data, frames, ["one", "two", "three"])

    durations = []
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 3
        for number, frame in enumerate(frames):
            film.seek(number)
            durations.append(film.info["duration"])
            page = np.asarray(film.convert("RGB")).astype(int)
            assert page.shape == (240 + 16, 320 + 8 + 320, 3)
            for left, painted in ((0, data), (328, frame)):
                # A GIF has few colors.
                assert np.abs(page[:240, left : left + 320] - np.asarray(painted).astype(int)).max() < 60
                assert page[240:, left : left + 320].any(), "a caption is missing"
    assert durations[2] > 10 * durations[0] == 10 * durations[1]


@pytest.mark.parametrize(("side", "shown"), [(30, 180), (150, 150), (600, 600), (1280, 640)])
def test_frames_of_small_pictures_are_enlarged_and_those_of_large_ones_shrunk(tmp_path: Path, side: int, shown: int):
    frame = Image.new("RGB", (side, side))

    save_film(tmp_path / "film.gif", frame, [frame], ["one"])

    assert Image.open(tmp_path / "film.gif").size == (2 * max(shown, 200) + 8, shown + 16)
