import io

import numpy as np
import pytest
from PIL import Image, features

from data.drawing import CORNERS, draw, find_font, glyph_mask
from utils.system.errors import InputError


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


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b"])
def test_a_text_that_shows_nothing_is_refused(text: str):
    with pytest.raises(InputError, match="nothing to draw"):
        glyph_mask(text, 100)


def test_a_font_has_all_characters_and_the_one_that_is_missing_is_named():
    assert find_font("π").name != find_font("Ж♥").name
    with pytest.raises(InputError, match=r"no glyph for '\\U0010fffd' .*--font"):
        find_font("A\U0010fffd")


@pytest.mark.parametrize("text", ["שלום", "سلام", "हिन्दी", "กำ้", "a\u0323\u0302\u0315"])
def test_text_that_needs_raqm_is_refused_without_it(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(features, "check", lambda feature: False)

    with pytest.raises(InputError, match="Raqm or FriBiDi"):
        glyph_mask(text, 40)
    for other in ("π", "Ж", "e\u0301", "♥\ufe0e"):
        assert glyph_mask(other, 40).any(), "characters side by side need no Raqm"


def test_points_have_the_color_of_their_corner_plus_noise_and_each_seed_is_another_draw():
    mask = np.zeros((200, 200), bool)
    mask[:3, :3] = mask[-3:, -3:] = True

    (rows, columns, jpeg), again, (_, _, other) = draw(mask, 18, seed=1), draw(mask, 18, seed=1), draw(mask, 18, seed=2)

    colors = np.asarray(Image.open(io.BytesIO(jpeg)))[rows, columns].astype(float)
    assert np.abs(colors[rows < 100].mean(0) - CORNERS[0, 0]).max() < 15
    assert np.abs(colors[rows > 100].mean(0) - CORNERS[1, 1]).max() < 15
    assert again[2] == jpeg != other
