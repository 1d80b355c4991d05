"""What the tests know of a point, and what they must not know."""

import numpy as np
import pytest
import torch

from data.coordinates import COLORS, PLACES
from utils.evaluation.features import LEAST_COLOR_DEVIATION, compare, nearest, random_features

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_a_relation_between_channels_is_an_axis_of_its_own(rng: np.random.Generator):
    grays = np.column_stack([rng.integers(0, 100, (500, 2)), rng.integers(30, 220, 500).repeat(3).reshape(-1, 3)])
    tinted = grays + np.array([0, 0, 2, 0, 0])

    before, after = np.split(compare(np.vstack([grays, tinted]), grays, rng).whitened, 2)

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

    seen, expected = (compare(points, train, rng).knn[:, :2].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_places_and_colors_exceed_the_spacing_by_their_distance_and_real_ones_seldom(
    sets: Split, rng: np.random.Generator
):
    train, held_out, _ = sets
    black, strays = held_out.copy(), np.array([[0, 0, *train[0, COLORS]], [0, 1, *train[0, COLORS]]])
    black[:, COLORS] = 0
    real, stray = (compare(x, train, rng) for x in (held_out, strays))

    distances = [np.hypot(*(train[:, PLACES] - place).T).min() for place in strays[:, PLACES]]
    assert stray.distance.tolist() == pytest.approx(distances, rel=1e-3)
    assert stray.place_excess.diff().item() == pytest.approx(np.diff(distances).item(), rel=1e-2)
    assert (compare(black, train, rng).color_excess > 50).all()
    assert (real.place_excess > 0).float().mean() < 0.1
    assert (real.color_excess > 0).float().mean() < 0.02


@pytest.mark.parametrize("n", [7, 12_000])
def test_constant_points_have_finite_features_however_many_they_are(rng: np.random.Generator, n: int):
    features = compare(np.full((50, 5), 7), np.full((n, 5), 7), rng)

    assert all(values.isfinite().all() for values in features)
    assert features.of_kernels(torch.Generator()).isfinite().all()


def test_the_nearest_records_are_found_in_blocks_as_at_once(rng: np.random.Generator):
    points, records = (torch.from_numpy(rng.random((n, 2))) for n in (4000, 3000))

    distance, index = nearest(points, records, 3)

    expected = torch.cdist(points, records).topk(3, largest=False)
    assert torch.allclose(distance, expected.values)
    assert torch.equal(index, expected.indices)


def test_products_of_random_features_approximate_the_gaussian_kernels(torch_rng: torch.Generator):
    x = torch.randn(40, 2, generator=torch_rng)
    features = random_features(x, (0.5, 2), 20_000, torch_rng)

    squared = torch.cdist(x, x).square()
    expected = (torch.exp(-squared / (2 * 0.25)) + torch.exp(-squared / (2 * 4))) / 2
    assert torch.allclose(features @ features.T, expected, atol=0.04)
