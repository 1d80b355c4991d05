"""A generator that knows its training points differs from one that only knows their distribution."""

import numpy as np
import torch

from utils.evaluation.evaluate import copies, memorization

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def p_values(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Those of the closest record and of copies."""
    closest, p_of_copies = memorization(generated, train, held_out, torch.Generator().manual_seed(seed))
    return closest.p, p_of_copies


def test_fresh_points_are_closest_to_training_points_as_often_as_there_are_training_points(
    sets: Split, torch_rng: torch.Generator
):
    train, held_out, fresh = sets

    closest, _ = memorization(fresh, train, held_out, torch_rng)

    assert closest.real == 0.8
    assert abs(closest.value - 0.8) < 0.04
    assert closest.p > 0.05


def test_points_close_to_training_points_and_three_copies_in_a_hundred_are_noticed(
    sets: Split, rng: np.random.Generator
):
    train, held_out, fresh = sets
    close = train[rng.integers(0, len(train), 1000)] + rng.integers(-1, 2, (1000, 5))

    assert p_values(close, train, held_out)[0] < 0.005
    assert p_values(np.vstack([fresh, train[:60]]), train, held_out)[1] < 0.005


def test_points_that_equal_training_points_by_chance_are_no_copies(rng: np.random.Generator):
    """A hundred different points in all: training and held-out points are met equally often."""
    train, held_out, fresh = (np.column_stack([rng.integers(0, 10, (n, 2)), np.full((n, 3), 9)]) for n in (90, 30, 500))

    assert copies(fresh, train).sum() > 200
    # A copy of several equal records is shared among them.
    assert copies(train[[0] * 3], np.vstack([train[:1]] * 2 + [train[:1] + 99])).tolist() == [1.5, 1.5, 0]
    assert min(p_values(fresh, train, held_out)) > 0.05


def test_p_values_of_honest_points_are_small_as_often_as_they_say(rng: np.random.Generator):
    p = []
    for seed in range(80):
        points = rng.integers(0, 30, (260, 5))
        points[:, 2:] = 0
        p.append(p_values(points[:60], points[60:240], points[240:], seed))

    # Within three standard errors of 10%; ties make large p-values, never small ones.
    assert (np.array(p) < 0.1).mean(0).max() <= 0.1 + 3 * (0.09 / 80) ** 0.5
    assert (np.array(p) < 0.3).mean(0).min() > 0.1
