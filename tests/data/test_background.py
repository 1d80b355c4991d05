"""What is background, light or dark, plain or not; and what is said of points that lie on it instead of the figure."""

import re
from pathlib import Path

import numpy as np
import pytest

from data.background import canvas_color, check_placement, find_background
from utils.system.errors import InputError

SIDE = 120
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
DISK = np.hypot(ROWS - 60, COLUMNS - 60) < 36
RING = np.abs(np.hypot(ROWS - 60, COLUMNS - 60) - 36) < 3
F = np.zeros((SIDE, SIDE), bool)
F[12:108, 16:32] = F[12:28, 16:88] = F[52:66, 16:72] = True
NOISE = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 3))
SPOTS = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3))
PLAIN = np.ones((SIDE, SIDE, 3))
STRIPES = (ROWS + COLUMNS)[..., None] // 8 * PLAIN

GROUNDS = {
    "blue": (20, 60, 180) * PLAIN,
    "noisy paper": 225 + 12 * NOISE,
    "stripes of three colors": 120 * (STRIPES % 3),
    "unevenly lit": 250 - (ROWS + COLUMNS)[..., None] / 2 * PLAIN,
}


def on(ground: np.ndarray, color: tuple[int, int, int] = (230, 30, 30), figure: np.ndarray = DISK) -> np.ndarray:
    """A picture of the figure in one color on a ground."""
    return np.where(figure[..., None], color, ground).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_ground_is_background_and_the_figure_is_not(ground: str):
    picture = on(GROUNDS[ground])
    background = find_background(picture)

    assert background.holds(picture[~DISK]).mean() > 0.95
    assert not background.holds(picture[DISK]).any()


@pytest.mark.parametrize("picture", [120 * (STRIPES % 3), on(80 * (STRIPES % 4))], ids=["stripes", "four colors"])
def test_a_picture_that_is_all_figure_has_no_background(picture: np.ndarray):
    assert not find_background(picture).holds(picture).any()


def test_a_figure_that_fills_the_border_is_told_by_the_rest_of_the_picture():
    picture = SPOTS.copy()
    picture[6:-6, 6:-6] = 255

    assert find_background(picture).colors.tolist() == [[255, 255, 255]]


def test_the_ground_that_a_figure_stands_on_is_no_second_background():
    scene = on(np.where(ROWS[..., None] < 110, (90, 150, 250), (120, 80, 30)))

    assert find_background(scene).colors.tolist() == [[90, 150, 250]]


@pytest.mark.parametrize("opacity", [255, 100])
def test_what_is_transparent_is_the_background_or_does_not_count(opacity: int):
    picture = np.dstack([on(GROUNDS["blue"], (10, 10, 200)), opacity * DISK]).astype(np.uint8)
    assert find_background(picture).holds(picture).sum() == (~DISK).sum()

    picture[..., 3] = opacity * ~DISK
    assert find_background(picture).colors.tolist() == [[20, 60, 180]]


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (20, 60, 180)])
def test_points_are_painted_on_their_ground_and_an_icon_without_one_on_what_contrasts(ink: tuple[int, int, int]):
    picture, icon = on(ink * PLAIN), np.dstack([on(ink * PLAIN, ink), 90 * DISK]).astype(np.uint8)

    assert canvas_color(find_background(picture), picture[DISK]) == ink
    assert np.abs(np.subtract(canvas_color(find_background(icon), icon[DISK][:, :3]), ink)).max() > 70


X, Y = np.random.default_rng(0).permutation(np.argwhere(F))[:1500].T
# Points in place of those at rows X and columns Y; what the picture shows; and what is said, if they do not fit it.
PLACED = {
    "exchanged": (np.c_[Y, X], F, "the axes are swapped; with the two files exchanged"),
    "from below": (np.c_[119 - X, Y], F, "rows counted from below, 0%"),
    "reversed": (np.c_[X[::-1], Y], F, "reverse order"),
    "moved": (np.c_[X - 9, Y - 9], F, "rows moved by 9 and columns by 9"),
    "of twice the size": (np.c_[2 * X, 2 * Y], F, r"leave the picture, .* rows times 0\.50"),
    "a figure": (np.c_[X, Y], F, None),
    "pixels everywhere": (np.argwhere(np.ones_like(F)), F, None),
    "a pale figure with a dark outline": (np.argwhere(DISK | RING), RING, None),
    "nothing to be seen": (np.c_[X, Y], np.zeros_like(F), None),
}


@pytest.mark.parametrize("case", PLACED)
def test_a_line_says_which_change_would_put_points_on_the_figure_and_nothing_is_said_of_a_sound_set(
    capsys: pytest.CaptureFixture[str], case: str
):
    places, visible, words = PLACED[case]
    picture = on(255 * PLAIN, figure=visible)
    try:
        check_placement(Path("my_data"), picture, find_background(picture), places)
        said = capsys.readouterr().out
    except InputError as error:
        said = str(error)

    assert re.fullmatch(f".*{words}.*\n?" if words else "", said)
