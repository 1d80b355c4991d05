"""Generated points are compared with data only where it is chance which of the two a point is."""

import numpy as np
import pytest

from utils.evaluation.pixels import codes, comparable

# A picture of 60 x 100 pixels, eight times as dense on the right as on the left.
DENSITY = np.tile(np.linspace(1, 8, 100), 60)
DENSITY /= DENSITY.sum()


def points_on(pixels: np.ndarray) -> np.ndarray:
    return np.column_stack([*np.divmod(pixels, 100), np.zeros((len(pixels), 3), int)])


def true_points(n: int, rng: np.random.Generator) -> np.ndarray:
    return points_on(rng.choice(len(DENSITY), n, p=DENSITY))


def data_set(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Training and held-out points, drawn without replacement."""
    points = points_on(rng.choice(len(DENSITY), n, replace=False, p=DENSITY))
    return points[n // 10 :], points[: n // 10]


def test_no_pixel_is_left_twice_where_the_data_hold_none_twice(rng: np.random.Generator):
    train, held_out = data_set(2000, rng)
    ordered = true_points(20_000, rng)

    sample = comparable(ordered[ordered[:, 1].argsort()], train, held_out, rng)

    assert (sample.rule, sample.n_pixels) == ("distinct", None)
    pixels = codes(np.vstack([sample.generated, sample.data])[:, :2])
    assert len(np.unique(pixels)) == len(pixels)
    assert len(sample.generated) == len(sample.data) > 500
    assert np.isin(codes(sample.held_out), codes(held_out)).all()
    # Their order tells neither the order of the generated points nor how dense their pixels are.
    n = len(sample.generated)
    assert abs(np.corrcoef(sample.generated[:, 1], np.arange(n))[0, 1]) < 3 / n**0.5


@pytest.mark.parametrize(("n", "asks"), [(1000, True), (2500, False), (20_000, False)])
def test_true_points_that_are_left_have_the_density_of_the_data_that_are_left(
    n: int, asks: bool, rng: np.random.Generator
):
    """Data drawn without replacement are far less tilted than independent draws: they fill the dense side up."""
    ours, theirs = [], []
    for _ in range(60):
        draw_more = (lambda k: true_points(k, rng)) if asks else None
        sample = comparable(true_points(n, rng), *data_set(2500, rng), rng, draw_more)
        ours.append(sample.generated[:, 1])
        theirs.append(sample.data[:, 1])

    ours, theirs = np.concatenate(ours), np.concatenate(theirs)
    standard_error = np.hypot(ours.std() / len(ours) ** 0.5, theirs.std() / len(theirs) ** 0.5)
    assert abs(ours.mean() - theirs.mean()) < 3 * standard_error + 0.3
    assert abs(true_points(10_000, rng)[:, 1].mean() - theirs.mean()) > 2


def test_nothing_is_left_out_where_pixels_of_the_data_repeat_as_in_independent_draws(rng: np.random.Generator):
    train, held_out = points_on(rng.choice([7, 2050], 450)), points_on(rng.choice([7, 2050], 50))

    sample = comparable(points_on(rng.choice([7, 2050], 1000)), train, held_out, rng)

    assert sample.rule == "all"
    assert (len(sample.generated), len(sample.held_out), len(sample.data)) == (1000, 50, 500)


@pytest.mark.parametrize("n_pixels", [1, 40, 900])
@pytest.mark.parametrize("of_data", [False, True])
def test_a_generator_that_has_collapsed_onto_few_pixels_is_said_to_have(
    n_pixels: int, of_data: bool, rng: np.random.Generator
):
    train, held_out = data_set(3000, rng)
    free = np.setdiff1d(np.arange(len(DENSITY)), np.vstack([train, held_out])[:, :2] @ [100, 1])
    pixels = points_on(free)[:n_pixels] if not of_data else train[:n_pixels]

    def draw(n: int) -> np.ndarray:
        return pixels[rng.integers(0, n_pixels, n)]

    assert comparable(draw(3000), train, held_out, rng, draw).n_pixels == n_pixels
    assert comparable(true_points(3000, rng), train, held_out, rng).n_pixels is None


def ring(thickness: int) -> np.ndarray:
    """All points `(n, 5)` of a ring."""
    distance = np.hypot(*np.mgrid[-30:30, -30:30])
    places = np.argwhere((distance < 28) & (distance > 28 - thickness))
    return np.column_stack([places, 4 * places, places[:, 0]])


def split(points: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    points = rng.permutation(points)
    return points[len(points) // 10 :], points[: len(points) // 10]


@pytest.mark.parametrize("thickness", [4, 20])
def test_where_the_data_hold_every_pixel_draws_from_them_stand_for_real_points(
    thickness: int, rng: np.random.Generator
):
    points = ring(thickness)
    train, held_out = split(points, rng)

    sample = comparable(points[rng.integers(0, len(points), 2000)], train, held_out, rng)

    assert sample.rule == "census"
    assert len(sample.generated) == len(sample.data) == 2000
    assert np.isin(codes(points), codes(sample.data)).mean() > 0.5


def test_copies_of_the_data_are_no_sign_that_these_hold_every_pixel(rng: np.random.Generator):
    def rules(points: np.ndarray) -> list[str]:
        train, held_out = split(points, rng)
        return [comparable(copied, train, held_out, rng).rule for copied in (train, points)]

    # Of all pixels, copies that lack the held-out ones do not count; of a third of them, none do.
    assert rules(ring(20)) == ["distinct", "census"]
    assert rules(ring(20)[::3]) == ["distinct", "distinct"]
