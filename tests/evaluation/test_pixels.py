"""Generated points are compared with data only where it is chance which of the two a point is."""

import numpy as np
import pytest

from utils.evaluation.pixels import Comparable, codes, comparable

# A picture of 60 x 100 pixels, eight times as dense on the right as on the left.
DENSITY = np.tile(np.linspace(1, 8, 100), 60)
DENSITY /= DENSITY.sum()


def points_on(pixels: np.ndarray) -> np.ndarray:
    return np.column_stack([*np.divmod(pixels, 100), np.zeros((len(pixels), 3), int)])


def drawn(n: int, rng: np.random.Generator, repeats: bool = True) -> np.ndarray:
    return points_on(rng.choice(len(DENSITY), n, replace=repeats, p=DENSITY))


def split(points: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    held_out, train = np.split(rng.permutation(points), [len(points) // 10])
    return train, held_out


def test_no_pixel_is_left_twice_where_the_data_hold_none_twice(rng: np.random.Generator):
    train, held_out = split(drawn(2000, rng, repeats=False), rng)

    sample = comparable(drawn(20_000, rng), train, held_out, rng)

    assert sample.n_pixels == 0
    pixels = codes(np.vstack([sample.generated, sample.data])[:, :2])
    assert len(np.unique(pixels)) == len(pixels)
    assert len(sample.generated) == len(sample.data) > 500
    assert np.isin(codes(sample.held_out), codes(held_out)).all()


@pytest.mark.parametrize("n", [1000, 2500, 20_000])
def test_true_points_that_are_left_have_the_density_of_the_data_that_are_left(n: int, rng: np.random.Generator):
    """So have the first of them, in whatever order they were drawn.

    Data drawn without replacement are far less tilted than independent draws: they fill the dense side up.
    """
    columns: list[list[np.ndarray]] = [[], []]
    for _ in range(60):
        data = split(drawn(2500, rng, repeats=False), rng)
        generated = drawn(n, rng)
        sample = comparable(generated[generated[:, 1].argsort()], *data, rng)
        for column, points in zip(columns, (sample.generated, sample.data), strict=True):
            column.append(points[: len(points) // 2, 1])

    ours, theirs = map(np.concatenate, columns)
    standard_error = np.hypot(ours.std() / len(ours) ** 0.5, theirs.std() / len(theirs) ** 0.5)
    assert abs(ours.mean() - theirs.mean()) < 3 * standard_error + 0.3
    assert abs(drawn(10_000, rng)[:, 1].mean() - theirs.mean()) > 2


@pytest.mark.parametrize("n_pixels", [1, 900])
@pytest.mark.parametrize("of_data", [False, True])
def test_a_generator_that_has_collapsed_onto_few_pixels_is_said_to_have(
    n_pixels: int, of_data: bool, rng: np.random.Generator
):
    train, held_out = split(drawn(3000, rng, repeats=False), rng)
    free = np.setdiff1d(np.arange(len(DENSITY)), np.vstack([train, held_out])[:, :2] @ [100, 1])
    pixels = (train if of_data else points_on(free))[:n_pixels]

    collapsed = pixels[rng.integers(0, n_pixels, 10_000)]
    assert comparable(collapsed, train, held_out, rng).n_pixels == n_pixels
    assert comparable(drawn(3000, rng), train, held_out, rng).n_pixels == 0


def test_all_points_are_compared_where_data_repeat_pixels_or_hold_every_one(rng: np.random.Generator):
    two_places = points_on(rng.choice([7, 2050], 1500))
    ring = np.argwhere(np.abs(np.hypot(*np.mgrid[-30:30, -30:30]) - 26) < 2)
    ring = np.column_stack([ring, ring, ring[:, 0]])

    def compared(generated: np.ndarray, data: np.ndarray) -> Comparable:
        return comparable(generated, *split(data, rng), rng)

    every = compared(two_places[:1000], two_places[1000:])
    assert (len(every.generated), len(every.held_out)) == (1000, 50)
    census = compared(ring[rng.integers(0, len(ring), 2000)], ring)
    assert (len(census.generated), len(census.held_out)) == (2000, 2000)
    # Copies of the data are no sign that these hold every pixel: of a third of them, or without those held out.
    train, held_out = split(ring, rng)
    for copied in (compared(ring[::3], ring[::3]), comparable(train, train, held_out, rng)):
        assert len(copied.held_out) < len(ring) / 10
