"""Points that do not lie where their picture shows something: one line, if a simple change would mend that."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.points import PICTURE, XS, YS, read_points
from utils.system.errors import InputError

SIDE = 120
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
F = np.zeros((SIDE, SIDE), bool)
F[12:108, 16:32] = F[12:28, 16:88] = F[52:66, 16:72] = True
BODY = np.hypot(ROWS - 60, COLUMNS - 60) < 45
OUTLINE = np.abs(np.hypot(ROWS - 60, COLUMNS - 60) - 45) < 3

# What the files hold in place of rows x and columns y, and what is said of it.
MISTAKES = {
    "exchanged": (lambda x, y: (y, x), "the axes are swapped; with the two files exchanged"),
    "from below": (lambda x, y: (119 - x, y), "rows counted from below, 0%"),
    "reversed": (lambda x, y: (x[::-1], y), "reverse order"),
    "moved": (lambda x, y: (x - 9, y - 9), "rows moved by 9 and columns by 9"),
    "of half the size": (lambda x, y: (x // 2, y // 2), r"rows times 2\.0"),
    "of twice the size": (lambda x, y: (2 * x, 2 * y), r"leave the picture, .* rows times 0\.50"),
}
# Sound sets: where points may be, and what the picture shows there.
SOUND = {
    "a figure": (F, F),
    "pixels everywhere": (np.ones_like(F), F),
    "a pale figure with a dark outline": (BODY | OUTLINE, OUTLINE),
    "nothing to be seen": (F, np.zeros_like(F)),
}


def said_of(folder: Path, places: np.ndarray, visible: np.ndarray, ground: int, capsys: pytest.CaptureFixture) -> str:
    """What is printed or raised when points at `places (2, n)` are read with a picture of the `visible` pixels."""
    picture = np.where(visible[..., None], (200, 60, 90), ground).astype(np.uint8)
    Image.fromarray(picture).save(folder / PICTURE, "PNG")
    for name, values in zip((XS, YS), places, strict=True):
        np.save(folder / name, values)
    try:
        read_points(folder)
    except InputError as error:
        return str(error)
    return capsys.readouterr().out


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_line_says_which_change_would_put_the_points_on_the_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture, rng: np.random.Generator, mistake: str
):
    change, words = MISTAKES[mistake]
    for ground in (0, 255):
        line = said_of(tmp_path, change(*rng.permutation(np.argwhere(F))[:1500].T), F, ground, capsys)
        assert re.search(words, line)
        assert line.count("\n") <= 1


@pytest.mark.parametrize("case", SOUND)
def test_nothing_is_said_of_a_sound_set(
    tmp_path: Path, capsys: pytest.CaptureFixture, rng: np.random.Generator, case: str
):
    where, visible = SOUND[case]
    for n in (100, 1500):
        assert said_of(tmp_path, rng.permutation(np.argwhere(where))[:n].T, visible, 255, capsys) == ""
