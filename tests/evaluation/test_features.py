"""What the tests know of a point, and what they must not know."""

import pytest
import torch
from torch import Tensor

from data import COLORS, PLACES
from utils.evaluation.features import classifier_features, nearest, outlier_distances, place_features


@pytest.fixture
def x(sets: tuple[Tensor, ...]) -> list[Tensor]:
    """Training and held-out points."""
    return [torch.tensor(points, dtype=torch.float32) for points in sets[:2]]


def test_places_closer_than_the_spacing_of_the_data_look_alike(x: list[Tensor]):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange because of that."""
    train, held_out = x
    on_top = train[nearest(held_out[:, PLACES], train[:, PLACES], 1)[1][:, 0]]

    seen, expected = (place_features(points, train)[:, 2:4].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_distances_exceed_the_spacing_for_outliers_and_seldom_for_real_points(x: list[Tensor]):
    train, held_out = x
    black = held_out.clone()
    black[:, COLORS] = 0

    assert (outlier_distances(black, train)[2] > 50).all()
    places, colors = ((excess > 0).float().mean() for excess in outlier_distances(held_out, train)[1:])
    assert (places < 0.1, colors < 0.02) == (True, True)


def test_constant_points_have_finite_features_however_few_they_are(torch_rng: torch.Generator):
    x, known = torch.full((50, 5), 7.0), torch.full((7, 5), 7.0)

    features = [classifier_features(x, known, torch_rng), *outlier_distances(x, known)]
    assert all(values.isfinite().all() for values in features)


def test_the_nearest_records_of_many_are_those_that_all_distances_give(torch_rng: torch.Generator):
    points, records = (torch.randint(2000, (n, 2), generator=torch_rng).float() for n in (4000, 3000))

    distance, index = nearest(points, records, 3)

    assert torch.equal(distance, (points[:, None] - records[index]).norm(dim=2))
    assert torch.allclose(distance, torch.cdist(points, records).topk(3, largest=False).values)
