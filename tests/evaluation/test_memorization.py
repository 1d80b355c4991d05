"""A generator that knows its training points differs from one that only knows their distribution."""

import numpy as np
import torch

from utils.evaluation.evaluate import copies, memorization
from utils.evaluation.metrics import Measured

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def measured(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, seed: int = 0) -> list[Measured]:
    """The closest record, and copies."""
    return list(memorization(generated, train, held_out, torch.Generator().manual_seed(seed)).values())


def test_points_close_to_training_points_and_three_copies_in_a_hundred_are_noticed_and_fresh_ones_are_not(
    sets: Split, rng: np.random.Generator
):
    train, held_out, fresh = sets
    close = train[rng.integers(0, len(train), 1000)] + rng.integers(-1, 2, (1000, 5))

    closest, copied = measured(fresh, train, held_out)
    assert (closest.real, copied.real) == (0.8, copied.value)
    assert abs(closest.value - 0.8) < 0.04
    assert min(closest.p, copied.p) > 0.05
    assert measured(close, train, held_out)[0].p < 0.005
    copied = measured(np.vstack([fresh, train[:60]]), train, held_out)[1]
    assert copied.p < 0.005
    assert copied.value - copied.real > 0.02


def test_a_copy_of_several_equal_records_is_shared_among_them(rng: np.random.Generator):
    """Of a hundred different points in all, training and held-out ones are met equally often."""
    train, held_out, fresh = (np.column_stack([rng.integers(0, 10, (n, 2)), np.full((n, 3), 9)]) for n in (90, 30, 500))

    assert copies(train[[0] * 3], np.vstack([train[[0, 0]], train[:1] + 99])).tolist() == [1.5, 1.5, 0]
    assert min(each.p for each in measured(fresh, train, held_out)) > 0.05


def test_p_values_of_honest_points_are_small_as_often_as_they_say(rng: np.random.Generator):
    """In a picture of 900 pixels and one color, of which 240 points are data: many points are copies of several."""
    p = []
    for seed in range(80):
        points = rng.integers(0, 30, (260, 5)) * [1, 1, 0, 0, 0]
        p.append([each.p for each in measured(points[:60], points[60:240], points[240:], seed)])

    # Within three standard errors of 10%; ties make large p-values, never small ones.
    assert (np.array(p) < 0.1).mean(0).max() <= 0.1 + 3 * (0.09 / 80) ** 0.5
    assert (np.array(p) < 0.3).mean(0).min() > 0.1
