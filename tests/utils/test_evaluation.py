import numpy as np
import pytest

from utils.evaluation import active_units, closer_to_train, compare, copies, energy_distance, marginal_distances

ONES = np.ones(5)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def cloud(rng: np.random.Generator, n: int = 1000, shift: float = 0) -> np.ndarray:
    return rng.normal(100 + shift, 20, (n, 5)).round().astype(int)


def test_the_ks_distance_is_the_largest_gap_of_the_cumulative_shares():
    points, reference = np.array([[1], [2], [3], [4]]).repeat(5, 1), np.array([[3], [4], [5], [6]]).repeat(5, 1)
    points[:, 4] += 2

    assert marginal_distances(points, reference) == {"x": 0.5, "y": 0.5, "r": 0.5, "g": 0.5, "b": 0.0}


def test_the_energy_distance_of_a_shift_is_that_of_its_formula():
    """Between two points a and two points b at distance 3: 2 * 3 - 0 - 0."""
    assert energy_distance(np.zeros((2, 5)), np.array([[3, 0, 0, 0, 0]] * 2), ONES) == pytest.approx(6)


def test_the_energy_distance_of_one_distribution_to_itself_is_near_zero(rng: np.random.Generator):
    same, moved = (energy_distance(cloud(rng), cloud(rng, shift=shift), 20 * ONES) for shift in (0, 10))

    assert abs(same) < 0.01
    assert moved > 0.1


def test_closer_to_train_tells_a_copy_from_fresh_points(rng: np.random.Generator):
    train, held_out, fresh = cloud(rng), cloud(rng, 500), cloud(rng)

    assert closer_to_train(fresh, train, held_out, ONES) == pytest.approx(0.5, abs=0.05)
    assert closer_to_train(train[:500], train, held_out, ONES) > 0.99


def test_copies_counts_points_that_are_in_the_training_set(rng: np.random.Generator):
    train = cloud(rng)

    assert copies(np.vstack([train[:10], train[:30] + 500]), train) == 0.25


def test_an_active_unit_is_a_latent_whose_mean_varies(rng: np.random.Generator):
    assert active_units(rng.normal(0, [1, 0.05, 0.5], (1000, 3))) == 2


def test_every_figure_stands_beside_its_floor(rng: np.random.Generator):
    figures = compare(cloud(rng), cloud(rng), cloud(rng, 200))

    for figure in (*figures.pop("ks").values(), *figures.values()):
        assert set(figure) == {"value", "floor"}


def test_coordinates_without_spread_are_no_trouble(rng: np.random.Generator):
    points = cloud(rng)
    points[:, 2:] = 128

    figures = compare(points, points, points[:100])

    assert figures["ks"]["r"]["value"] == 0
    assert np.isfinite(figures["energy_distance"]["value"])
