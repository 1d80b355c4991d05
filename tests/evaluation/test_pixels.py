"""Generated points are compared with data only where it is chance which of the two a point is."""

import numpy as np
import pytest

from utils.evaluation.pixels import codes, exchangeable

# A picture of 60 x 100 pixels, eight times as dense on the right as on the left.
DENSITY = np.tile(np.linspace(1, 8, 100), 60)
DENSITY /= DENSITY.sum()


def points_on(pixels: np.ndarray) -> np.ndarray:
    return np.column_stack([*np.divmod(pixels, 100), np.zeros((len(pixels), 3), int)])


def true_points(n: int, rng: np.random.Generator) -> np.ndarray:
    return points_on(rng.choice(len(DENSITY), n, p=DENSITY))


def data_set(n: int, rng: np.random.Generator) -> np.ndarray:
    return points_on(rng.choice(len(DENSITY), n, replace=False, p=DENSITY))


def test_no_pixel_is_left_twice_where_the_data_hold_none_twice(rng: np.random.Generator):
    data = data_set(2000, rng)

    generated, kept = exchangeable(true_points(4000, rng), data, 200, rng)

    pixels = np.vstack([generated, data])[:, :2]
    assert len(np.unique(codes(pixels))) == len(np.unique(pixels, axis=0)) == len(pixels)
    assert len(generated) > 200
    assert kept.mean() > 0.3
    # Their order tells neither the order of the generated points nor how dense their pixels are.
    ordered = true_points(20_000, rng)
    columns = exchangeable(ordered[ordered[:, 1].argsort()], data, 200, rng)[0][:, 1]
    assert abs(np.corrcoef(columns, np.arange(len(columns)))[0, 1]) < 3 / len(columns) ** 0.5
    assert len(exchangeable(data[:400], data, 50, rng)[0]) == 0


@pytest.mark.parametrize("n", [1000, 4000, 20_000])
def test_true_points_that_are_left_have_the_density_of_the_data_that_are_left(n: int, rng: np.random.Generator):
    """Data drawn without replacement are far less tilted than independent draws: they fill the dense side up."""
    ours, theirs = [], []
    for _ in range(60):
        data = data_set(2500, rng)
        generated, kept = exchangeable(true_points(n, rng), data, 250, rng)
        ours.append(generated[:, 1])
        theirs.append(data[kept, 1])

    ours, theirs = np.concatenate(ours), np.concatenate(theirs)
    standard_error = np.hypot(ours.std() / len(ours) ** 0.5, theirs.std() / len(theirs) ** 0.5)
    assert abs(ours.mean() - theirs.mean()) < 3 * standard_error + 0.3
    assert abs(true_points(10_000, rng)[:, 1].mean() - theirs.mean()) > 2


def test_nothing_is_dropped_where_pixels_of_the_data_repeat_as_in_independent_draws(rng: np.random.Generator):
    data = points_on(np.repeat([7, 2050], 50))

    assert exchangeable(true_points(1000, rng), data, 10, rng)[1].all()
    # Two places only: every point lies on a pixel of the data.
    generated, kept = exchangeable(points_on(rng.choice([7, 2050], 1000)), data, 10, rng)
    assert len(generated) == 1000
    assert kept.all()


@pytest.mark.filterwarnings("error")
def test_a_generator_that_has_collapsed_onto_few_pixels_leaves_what_there_is(rng: np.random.Generator):
    data = data_set(3000, rng)
    untaken = np.setdiff1d(np.arange(len(DENSITY)), data[:, 0] * 100 + data[:, 1])

    for pixels in (untaken[:1], untaken[:40]):
        generated, _ = exchangeable(points_on(np.repeat(pixels, 500)), data, 300, rng)
        assert len(generated) == len(pixels)
