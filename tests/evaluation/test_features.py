"""What the tests know of a point, and what they must not know."""

import numpy as np
import pytest
import torch

from data import COLORS, PLACES
from utils.evaluation.features import nearest, outlier_distances, place_features


def test_places_closer_than_the_spacing_of_the_data_look_alike(sets: tuple[np.ndarray, ...]):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange because of that."""
    train, held_out = (torch.tensor(points, dtype=torch.float32) for points in sets[:2])
    on_top = train[nearest(held_out[:, PLACES], train[:, PLACES], 1)[1][:, 0]]

    seen, expected = (place_features(points, train)[:, 2:4].mean(0) for points in (on_top, held_out))

    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_distances_exceed_the_spacing_for_outliers_and_seldom_for_real_points(sets: tuple[np.ndarray, ...]):
    train, held_out = (torch.tensor(points, dtype=torch.float32) for points in sets[:2])
    black = held_out.clone()
    black[:, COLORS] = 0

    assert (outlier_distances(black, train)[2] > 50).all()
    places, colors = ((excess > 0).float().mean() for excess in outlier_distances(held_out, train)[1:])
    assert (places < 0.1, colors < 0.02) == (True, True)
