"""What the tests know of a point, and what they must not know."""

import numpy as np
import pytest
import torch

from data.coordinates import COLORS, PLACES
from utils.evaluation.features import LEAST_COLOR_DEVIATION, MOST_REFERENCES, ReferenceSet, nearest

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_a_relation_between_channels_is_an_axis_of_its_own(rng: np.random.Generator):
    grays = np.column_stack([rng.integers(0, 100, (500, 2)), rng.integers(30, 220, 500).repeat(3).reshape(-1, 3)])
    tinted = grays + np.array([0, 0, 2, 0, 0])

    references = ReferenceSet(grays, rng)
    before, after = (references.features(points).whitened for points in (grays, tinted))

    # A tint of two levels: 2 sqrt(2/3) of it lies across the line of grays.
    moved = (after - before).norm(dim=1)
    assert moved.mean().item() == pytest.approx(2 * (2 / 3) ** 0.5 / LEAST_COLOR_DEVIATION, rel=0.05)
    assert before.std(0).sort().values[:2].max() < 0.01


def test_places_closer_than_the_spacing_of_the_data_look_alike(sets: Split, rng: np.random.Generator):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange because of that."""
    train, held_out, _ = sets
    on_top = held_out.copy()
    places, known = (torch.from_numpy(points[:, PLACES]).float() for points in (held_out.copy(), train.copy()))
    on_top[:, PLACES] = train[nearest(places, known, 1)[1][:, 0].numpy(), PLACES]

    references = ReferenceSet(train, rng)
    seen, expected = (references.features(points).knn[:, :2].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_places_and_colors_exceed_the_spacing_by_their_distance_and_real_ones_seldom(
    sets: Split, rng: np.random.Generator
):
    train, held_out, _ = sets
    references, black = ReferenceSet(train, rng), held_out.copy()
    black[:, COLORS] = 0
    real, stray = (references.features(x) for x in (held_out, np.array([[0, 0, *train[0, COLORS]]])))

    distance = np.hypot(*train[:, PLACES].T).min()
    assert stray.place_excess.item() == pytest.approx(distance - references.place_spacing.item(), rel=1e-3)
    assert (references.features(black).color_excess > 50).all()
    assert (real.place_excess > 0).float().mean() < 0.1
    assert (real.color_excess > 0).float().mean() < 0.02


def test_a_large_reference_set_is_a_random_subset_and_constant_points_have_finite_features(rng: np.random.Generator):
    constant = np.full((12_000, 5), 7)
    references = ReferenceSet(constant, rng)

    assert len(references.points) == MOST_REFERENCES
    assert all(values.isfinite().all() for values in references.features(constant[:50]))


def test_the_nearest_records_are_found_in_blocks_as_at_once(rng: np.random.Generator):
    points, records = (torch.from_numpy(rng.random((n, 2))) for n in (4000, 3000))

    distance, index = nearest(points, records, 3)

    expected = torch.cdist(points, records).topk(3, largest=False)
    assert torch.allclose(distance, expected.values)
    assert torch.equal(index, expected.indices)
