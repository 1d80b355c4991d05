import numpy as np
from PIL import Image

from data.points import Canvas
from utils.pictures.thumbnails import paint_sheet, paint_small


def test_a_small_picture_has_each_point_in_its_place_and_color():
    canvas, points = Canvas(300, 600, (9, 9, 9)), np.array([[0, 0, 255, 0, 0], [299, 599, 0, 255, 0]])

    picture = np.asarray(paint_small(points, canvas, 60))

    assert picture.shape == (30, 60, 3)
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert picture[29, 59].tolist() == [0, 255, 0]
    assert (picture == 9).all(2).sum() == 30 * 60 - 2
    # The points themselves stay where they are.
    assert points[1].tolist() == [299, 599, 0, 255, 0]


def test_a_picture_that_is_small_already_is_not_changed():
    points = np.array([[2, 3, 1, 2, 3]])

    assert np.asarray(paint_small(points, Canvas(5, 7, (0, 0, 0)), 60))[2, 3].tolist() == [1, 2, 3]


def test_a_sheet_has_one_picture_for_each_position():
    colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 0], [0, 255, 255], [255, 0, 255]]])
    points = np.concatenate([np.full((2, 3, 1, 2), 5), colors[:, :, None]], -1)

    sheet = paint_sheet(points, Canvas(10, 20, (0, 0, 0)), 20)

    assert isinstance(sheet, Image.Image)
    assert sheet.size == (60, 20)
    painted = np.asarray(sheet.convert("RGB")).astype(int)
    for row in range(2):
        for column in range(3):
            assert np.abs(painted[10 * row + 5, 20 * column + 5] - colors[row, column]).max() < 16
