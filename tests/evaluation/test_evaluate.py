"""Each figure stands beside what real points get, and the p-values find what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from data import COLORS, PLACES
from utils.evaluation.evaluate import copies, evaluate, memorization
from utils.evaluation.metrics import METRICS, Measured

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_real_points_pass_every_test_and_each_point_has_a_score(sets: Split):
    evaluation = evaluate(sets[2], *sets[:2])

    assert set(evaluation.measured) == set(METRICS)
    assert (evaluation.is_refused, evaluation.is_memorized) == (False, False)
    points, scores = evaluation.classifier
    assert points.shape == (len(scores), 5)
    assert abs(evaluation.measured["c2st_auc"].value - 0.5) < 0.06
    assert max(evaluation.measured[key].real for key in ("off_support", "off_colors")) < 0.012


def shuffled(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.column_stack([points[:, PLACES], rng.permutation(points[:, COLORS])])


def strays(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.vstack([points, np.column_stack([rng.integers(0, 200, (20, 2)), points[:20, COLORS]])])


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("c2st_auc", shuffled),
        ("off_colors", shuffled),
        ("off_support", strays),
        ("density_regions", lambda points, rng: points[np.hypot(*(points[:, PLACES] - points[1000, PLACES]).T) > 25]),
        ("density_trends", lambda points, rng: points[rng.random(len(points)) < points[:, 1] / 200]),
    ],
)
def test_a_fault_is_found_by_the_test_that_is_made_for_it(
    sets: Split, rng: np.random.Generator, test: str, fault: Callable[..., np.ndarray]
):
    evaluation = evaluate(fault(sets[2], rng), *sets[:2])

    assert evaluation.is_refused
    assert evaluation.measured[test].p < 0.05


def test_a_tint_of_one_level_is_found_in_grays(sets: Split, rng: np.random.Generator):
    train, held_out, fresh = (points[:, [0, 1, 2, 2, 2]] for points in sets)
    assert not evaluate(fresh, train, held_out).is_refused

    fresh[:, COLORS] += rng.integers(-1, 2, (len(fresh), 3))
    assert evaluate(fresh, train, held_out).measured["c2st_auc"].p < 0.05


def test_what_gives_the_tests_nothing_to_see_is_not_refused(rng: np.random.Generator):
    """All points are on two places, in one color; fewer than the neighbors that features ask for are of training."""
    two_places = np.array([[3, 4, 9, 9, 9], [20, 30, 9, 9, 9]])
    evaluation = evaluate(*(two_places[rng.integers(0, 2, n)] for n in (1000, 7, 50)))
    assert (evaluation.p is None, evaluation.is_refused, evaluation.is_memorized) == (False, False, False)


def test_where_the_data_hold_every_pixel_wrong_points_are_refused_and_right_ones_are_not(rng: np.random.Generator):
    places = np.argwhere(np.hypot(*np.mgrid[-30:30, -30:30]) < 25)
    points = rng.permutation(np.column_stack([places, 3 * places, places.sum(1)]))
    drawn = points[rng.integers(0, len(points), 2000)]
    gray, left = drawn.copy(), drawn[drawn[:, 1] < rng.integers(0, 80, 2000)]
    gray[:, COLORS] = 90

    assert evaluate(drawn, points[200:], points[:200]).n_real == 2000
    refused = [evaluate(each, points[200:], points[:200]).is_refused for each in (drawn, gray, left)]
    assert refused == [False, True, True]


def memorized(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, seed: int = 0) -> list[Measured]:
    """The closest record, and copies."""
    return list(memorization(generated, train, held_out, torch.Generator().manual_seed(seed)).values())


def test_points_close_to_training_points_and_three_copies_in_a_hundred_are_noticed_and_fresh_ones_are_not(
    sets: Split, rng: np.random.Generator
):
    train, held_out, fresh = sets
    close = train[rng.integers(0, len(train), 1000)] + rng.integers(-1, 2, (1000, 5))

    closest, copied = memorized(fresh, train, held_out)
    assert (closest.real, copied.real) == (0.8, copied.value)
    assert abs(closest.value - 0.8) < 0.04
    assert min(closest.p, copied.p) > 0.05
    assert memorized(close, train, held_out)[0].p < 0.005
    copied = memorized(np.vstack([fresh, train[:60]]), train, held_out)[1]
    assert copied.p < 0.005
    assert copied.value - copied.real > 0.02


def test_a_copy_of_several_equal_records_is_shared_among_them(rng: np.random.Generator):
    """Of a hundred different points in all, training and held-out ones are met equally often."""
    train, held_out, fresh = (np.column_stack([rng.integers(0, 10, (n, 2)), np.full((n, 3), 9)]) for n in (90, 30, 500))

    assert copies(train[[0] * 3], np.vstack([train[[0, 0]], train[:1] + 99])).tolist() == [1.5, 1.5, 0]
    assert min(each.p for each in memorized(fresh, train, held_out)) > 0.05


def test_p_values_of_honest_points_are_small_as_often_as_they_say(rng: np.random.Generator):
    """In a picture of 900 pixels and one color, of which 240 points are data: many points are copies of several."""
    p = []
    for seed in range(80):
        points = rng.integers(0, 30, (260, 5)) * [1, 1, 0, 0, 0]
        p.append([each.p for each in memorized(points[:60], points[60:240], points[240:], seed)])

    # Within three standard errors of 10%; ties make large p-values, never small ones.
    assert (np.array(p) < 0.1).mean(0).max() <= 0.1 + 3 * (0.09 / 80) ** 0.5
    assert (np.array(p) < 0.3).mean(0).min() > 0.1
