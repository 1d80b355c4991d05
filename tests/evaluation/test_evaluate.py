"""Each figure stands beside what real points get, and the p-values find what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from data import COLORS, PLACES
from utils.evaluation.evaluate import evaluate
from utils.evaluation.metrics import METRICS

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_real_points_pass_every_test_and_each_point_has_a_score(sets: Split):
    evaluation = evaluate(sets[2], *sets[:2])

    assert set(evaluation.measured) == set(METRICS)
    assert (evaluation.is_refused, evaluation.is_memorized) == (False, False)
    (points, scores), auc = evaluation.classifier, evaluation.measured["c2st_auc"]
    assert points.shape == (len(scores), 5)
    assert abs(auc.value - 0.5) < 0.06
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


def test_what_gives_the_tests_nothing_to_see_is_not_refused(sets: Split, rng: np.random.Generator):
    assert evaluate(sets[2][:10], *sets[:2]).p is None
    assert evaluate(sets[2][:2], sets[0][:1], sets[1][:1]).p is None

    two_places = np.array([[3, 4, 9, 9, 9], [20, 30, 9, 9, 9]])
    evaluation = evaluate(*(two_places[rng.integers(0, 2, n)] for n in (1000, 450, 50)))
    assert evaluation.p is not None
    assert (evaluation.is_refused, evaluation.is_memorized) == (False, False)


def test_where_the_data_hold_every_pixel_wrong_points_are_refused_and_right_ones_are_not(rng: np.random.Generator):
    places = np.argwhere(np.hypot(*np.mgrid[-30:30, -30:30]) < 25)
    points = rng.permutation(np.column_stack([places, 3 * places, places.sum(1)]))
    drawn = points[rng.integers(0, len(points), 2000)]
    gray, left = drawn.copy(), drawn[drawn[:, 1] < rng.integers(0, 80, 2000)]
    gray[:, COLORS] = 90

    assert evaluate(drawn, points[200:], points[:200]).n_real == 2000
    refused = [evaluate(each, points[200:], points[:200]).is_refused for each in (drawn, gray, left)]
    assert refused == [False, True, True]
