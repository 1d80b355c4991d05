"""What the tests see of a point, and what they must not see."""

import numpy as np
import pytest
import torch

from data.coordinates import COLORS, PLACES
from utils.evaluation.features import LEAST_COLOR_SPREAD, Map
from utils.evaluation.two_sample import nearest

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_a_relation_between_channels_is_an_axis_of_its_own(rng: np.random.Generator):
    grays = np.column_stack([rng.integers(0, 100, (500, 2)), rng.integers(30, 220, 500).repeat(3).reshape(-1, 3)])
    tinted = grays + np.array([0, 0, 2, 0, 0])

    mapped = Map(grays, rng)
    before, after = (mapped.describe(points).whitened for points in (grays, tinted))

    # A tint of two levels: 2 sqrt(2/3) of it lies across the line of grays.
    moved = (after - before).norm(dim=1)
    assert moved.mean().item() == pytest.approx(2 * (2 / 3) ** 0.5 / LEAST_COLOR_SPREAD, rel=0.05)
    assert before.std(0).sort().values[:2].max() < 0.01


def test_places_closer_than_the_grain_of_the_data_look_alike(sets: Split, rng: np.random.Generator):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange for that."""
    train, held_out, _ = sets
    on_top = held_out.copy()
    places, known = (torch.from_numpy(points[:, PLACES]).float() for points in (held_out.copy(), train.copy()))
    on_top[:, PLACES] = train[nearest(places, known, 1)[1][:, 0].numpy(), PLACES]

    mapped = Map(train, rng)
    seen, expected = (mapped.describe(points).surroundings[:, :2].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_a_stray_exceeds_the_grain_by_its_distance(sets: Split, rng: np.random.Generator):
    train, held_out, _ = sets
    mapped = Map(train, rng)
    stray = np.array([[0, 0, *train[0, COLORS]]])

    assert (mapped.describe(held_out).place_excess > 0).float().mean() < 0.1
    distance = np.hypot(*train[:, PLACES].T).min()
    assert mapped.describe(stray).place_excess.item() == pytest.approx(distance - mapped.place_grain.item(), rel=1e-3)


def test_a_color_that_no_neighbor_has_exceeds_the_grain(sets: Split, rng: np.random.Generator):
    train, held_out, _ = sets
    black = held_out.copy()
    black[:, COLORS] = 0
    mapped = Map(train, rng)

    assert (mapped.describe(held_out).color_excess > 0).float().mean() < 0.02
    assert (mapped.describe(black).color_excess > 50).all()


def test_a_large_map_is_thinned(rng: np.random.Generator):
    assert len(Map(rng.integers(0, 900, (12_000, 5)), rng).points) == 10_000


def test_constant_points_are_described_by_finite_numbers(rng: np.random.Generator):
    constant = np.full((50, 5), 7)

    assert all(values.isfinite().all() for values in Map(constant, rng).describe(constant))
