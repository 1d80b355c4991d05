from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from utils.pictures.painting import paint, save_film, save_picture


def test_a_point_is_painted_at_its_row_and_column_in_its_color():
    picture = paint(np.array([[1, 4, 10, 20, 30]]), height=3, width=6)

    assert picture.size == (6, 3)
    assert picture.getpixel((4, 1)) == (10, 20, 30)
    assert np.asarray(picture).sum() == 60


def test_a_saved_picture_reads_back_as_it_was_painted(tmp_path: Path, some_points: np.ndarray):
    points = some_points[np.unique(some_points[:, 0] * 50 + some_points[:, 1], return_index=True)[1]]

    save_picture(paint(points, 30, 50), tmp_path / "picture.png")

    picture = np.asarray(Image.open(tmp_path / "picture.png"))
    assert np.array_equal(picture[points[:, 0], points[:, 1]], points[:, 2:])
    assert picture.any(2).sum() == len(points)


def test_the_film_shows_the_data_beside_every_frame_and_rests_on_the_last(tmp_path: Path, some_points: np.ndarray):
    data = paint(some_points[:, [0, 1, 3, 4, 2]], 60, 80)
    frames = [paint(some_points[:n], 60, 80) for n in (10, 50, 100)]

    save_film(tmp_path / "film.gif", data, frames, ["one", "two", "three"])

    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 3
        assert film.size == (80 + 8 + 80, 60 + 16)
        durations = []
        for number, frame in enumerate(frames):
            film.seek(number)
            durations.append(film.info["duration"])
            page = np.asarray(film.convert("RGB")).astype(int)
            for half, painted in ((page[:60, :80], data), (page[:60, 88:], frame)):
                # A GIF has few colors.
                assert np.abs(half - np.asarray(painted).astype(int)).mean() < 3
            assert page[60:, :80].any(), "the caption of the data is missing"
            assert page[60:, 88:].any(), "the caption of the frame is missing"
    assert durations[0] == durations[1]
    assert durations[2] > 10 * durations[0]


def test_each_frame_needs_a_caption(tmp_path: Path, some_points: np.ndarray):
    frame = paint(some_points, 30, 50)

    with pytest.raises(ValueError, match="zip"):
        save_film(tmp_path / "film.gif", frame, [frame, frame], ["one"])
