import io

import numpy as np
import pytest
from PIL import Image
from quick import REPOSITORY

from data.glyph import CORNERS, draw, glyph_mask
from data.points import read_points
from utils.program.errors import InputError


def test_the_sample_set_is_5000_distinct_bright_pixels_of_a_300x300_picture():
    data = read_points(REPOSITORY / "gen_ml_quiz_content")

    assert data.scaling.shape == (300, 300)
    assert len(set(map(tuple, data.points[:, :2].tolist()))) == 5000
    assert (data.points[:, 2:].amax(1) >= 40).all()


def test_the_glyph_is_upright_and_fills_the_picture_except_for_a_margin():
    mask = glyph_mask("T", 100)
    rows, columns = np.nonzero(mask)

    assert rows.min() >= 9
    assert rows.max() <= 91
    assert max(np.ptp(rows), np.ptp(columns)) >= 77
    assert mask[:50].sum() > mask[50:].sum()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_a_text_may_have_several_lines(end: str):
    rows, columns = np.nonzero(glyph_mask(f"ab{end}c", 100))

    assert np.diff(np.unique(rows)).max() > 3
    assert columns.mean() == pytest.approx(50, abs=5)


@pytest.mark.parametrize("text", ["", " ", "\n", "\t", "\u200b"])
def test_a_text_that_shows_nothing_is_refused(text: str):
    with pytest.raises(InputError, match="has nothing to draw"):
        glyph_mask(text, 100)


def test_points_in_a_corner_have_its_color_plus_noise():
    mask = np.zeros((200, 200), bool)
    mask[:3, :3] = mask[-3:, -3:] = True

    rows, columns, jpeg = draw(mask, 18)
    colors = np.asarray(Image.open(io.BytesIO(jpeg)))[rows, columns].astype(float)

    assert np.abs(colors[rows < 100].mean(0) - CORNERS[0, 0]).max() < 15
    assert np.abs(colors[rows > 100].mean(0) - CORNERS[1, 1]).max() < 15


def test_a_seed_draws_one_set_and_another_seed_another():
    mask = glyph_mask(size=60)

    first, again, other = draw(mask, 100, seed=1), draw(mask, 100, seed=1), draw(mask, 100, seed=2)

    assert np.array_equal(first[0], again[0])
    assert first[2] == again[2]
    assert not np.array_equal(first[0], other[0])
