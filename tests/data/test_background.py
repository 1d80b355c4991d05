"""What is background: any plain, noisy or patterned ground, light or dark; nothing where no color stands out."""

import numpy as np
import pytest

from data.background import find_background

SIZE = 60
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE]
FIGURE = np.hypot(ROWS - 30, COLUMNS - 30) < 18
NOISE = np.random.default_rng(0).normal(0, 1, (SIZE, SIZE, 3))
SPOTS = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3))
PLAIN = np.ones((SIZE, SIZE, 3))

GROUNDS = {
    "black": 0 * PLAIN,
    "blue": (20, 60, 180) * PLAIN,
    "noisy paper": 225 + 12 * NOISE,
    "grass": (70, 90, 50) + 20 * NOISE,
    "checkerboard": np.where(((ROWS // 6 + COLUMNS // 6) % 2)[..., None], 200, 255) * PLAIN,
    "unevenly lit": 250 - (ROWS + COLUMNS)[..., None] * PLAIN,
}


def on(ground: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """A picture of the figure in one color on a ground."""
    return np.where(FIGURE[..., None], color, ground).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_ground_is_background_and_the_figure_is_not(ground: str):
    picture = on(GROUNDS[ground], (230, 30, 30))

    background = find_background(picture)

    assert background.holds(picture[~FIGURE]).mean() > 0.95
    assert not background.holds(picture[FIGURE]).any()


@pytest.mark.parametrize("picture", [SPOTS, np.where(COLUMNS[..., None] < 30, (220, 0, 0), 0)], ids=["spots", "halves"])
def test_a_picture_that_is_all_figure_has_no_background(picture: np.ndarray):
    assert find_background(picture) is None


def test_a_figure_that_fills_the_border_is_told_by_the_rest_of_the_picture():
    picture = SPOTS.copy()
    picture[3:-3, 3:-3] = 255

    assert find_background(picture).colors.tolist() == [[255, 255, 255]]


def test_the_ground_that_a_figure_stands_on_is_no_second_background():
    scene = on(np.where(ROWS[..., None] < 55, (90, 150, 250), (120, 80, 30)), (200, 30, 30))

    assert find_background(scene).colors.tolist() == [[90, 150, 250]]


@pytest.mark.parametrize("opacity", [255, 100])
def test_what_is_transparent_is_the_background_or_does_not_count(opacity: int):
    picture = np.dstack([on(GROUNDS["blue"], (10, 10, 200)), opacity * FIGURE]).astype(np.uint8)
    assert find_background(picture).holds(picture).sum() == (~FIGURE).sum()

    picture[..., 3] = opacity * ~FIGURE
    assert find_background(picture).colors.tolist() == [[20, 60, 180]]
