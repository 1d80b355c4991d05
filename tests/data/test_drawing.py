"""Text as points. That a glyph is upright, in its place and its colors, is tested with the committed sample set."""

import numpy as np
import pytest
from PIL import features

from data.drawing import find_font, glyph_mask
from utils.system.errors import InputError


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
