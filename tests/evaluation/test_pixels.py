"""Generated points are compared with data only where it is chance which of the two a point is."""

import numpy as np
import pytest

from utils.evaluation.pixels import codes, comparable

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


@pytest.mark.parametrize(("n_pixels", "of_data"), [(1, True), (900, True), (900, False)])
def test_a_generator_that_has_collapsed_onto_few_pixels_is_said_to_have(
    n_pixels: int, of_data: bool, rng: np.random.Generator
):
    train, held_out = split(drawn(3000, rng, repeats=False), rng)
    free = np.setdiff1d(np.arange(len(DENSITY)), np.vstack([train, held_out])[:, :2] @ [100, 1])
    pixels = (train if of_data else points_on(free))[:n_pixels]

    collapsed = pixels[rng.integers(0, n_pixels, 10_000)]
    assert comparable(collapsed, train, held_out, rng).n_pixels == n_pixels
    assert comparable(drawn(3000, rng), train, held_out, rng).n_pixels == 0


def test_copies_of_the_data_are_no_sign_that_these_hold_every_pixel(rng: np.random.Generator):
    ring = np.argwhere(np.abs(np.hypot(*np.mgrid[-30:30, -30:30]) - 26) < 2)
    ring = np.column_stack([ring, ring, ring[:, 0]])
    train, held_out = split(ring, rng)

    assert len(comparable(ring, train, held_out, rng).held_out) == len(ring)
    # Those of a third of them, and those without the ones held out.
    for sets in ((ring[::3], *split(ring[::3], rng)), (train, train, held_out)):
        assert len(comparable(*sets, rng).held_out) <= len(sets[2])
