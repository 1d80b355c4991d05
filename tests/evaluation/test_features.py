"""What the tests know of a point, and what they must not know."""

import numpy as np
import pytest
import torch
from torch import Tensor

from data import COLORS, PLACES
from utils.evaluation.features import classifier_features, color_features, nearest, outlier_distances, place_features


@pytest.fixture
def x(sets: tuple[np.ndarray, ...]) -> list[Tensor]:
    """Training and held-out points."""
    return [torch.tensor(points, dtype=torch.float32) for points in sets[:2]]


def test_a_relation_between_channels_is_an_axis_of_its_own(rng: np.random.Generator):
    grays = torch.from_numpy(rng.integers(30, 220, (500, 1))).float().repeat(1, 5)
    before, after = (color_features(grays + torch.tensor([0, 0, tint, 0, 0]), grays)[:, 3:] for tint in (0, 2))

    # Of a tint of two levels, 2 sqrt(2/3) lie across the line of grays, in units of half a level.
    moved = (after - before).norm(dim=1)
    assert moved.mean().item() == pytest.approx(4 * (2 / 3) ** 0.5, rel=0.05)
    assert before.std(0).sort().values[:2].max() < 0.01


def test_places_closer_than_the_spacing_of_the_data_look_alike(x: list[Tensor]):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange because of that."""
    train, held_out = x
    on_top = train[nearest(held_out[:, PLACES], train[:, PLACES], 1)[1][:, 0]]

    seen, expected = (place_features(points, train)[:, 2:4].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_distances_exceed_the_spacing_for_outliers_and_seldom_for_real_points(x: list[Tensor]):
    train, held_out = x
    strays, black = train[:2].clone(), held_out.clone()
    strays[:, PLACES] = torch.tensor([[0.0, 0], [0, 1]])
    black[:, COLORS] = 0

    distance, excess, _ = outlier_distances(strays, train)
    expected = torch.cdist(strays[:, PLACES], train[:, PLACES]).min(1).values
    assert distance.tolist() == pytest.approx(expected.tolist())
    assert excess.diff().item() == pytest.approx(expected.diff().item(), abs=1e-4)
    assert (outlier_distances(black, train)[2] > 50).all()
    shares = [(excess > 0).float().mean().item() for excess in outlier_distances(held_out, train)[1:]]
    assert shares[0] < 0.1
    assert shares[1] < 0.02


@pytest.mark.parametrize("n", [7, 12_000])
def test_constant_points_have_finite_features_however_many_they_are(torch_rng: torch.Generator, n: int):
    x, known = torch.full((50, 5), 7.0), torch.full((n, 5), 7.0)

    features = [classifier_features(x, known, torch_rng), *outlier_distances(x, known)]
    assert all(values.isfinite().all() for values in features)


def test_the_nearest_records_of_many_are_those_that_all_distances_give(torch_rng: torch.Generator):
    points, records = (torch.randint(2000, (n, 2), generator=torch_rng).float() for n in (4000, 3000))

    distance, index = nearest(points, records, 3)

    assert torch.equal(distance, (points[:, None] - records[index]).norm(dim=2))
    assert torch.allclose(distance, torch.cdist(points, records).topk(3, largest=False).values)
