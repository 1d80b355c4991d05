"""Each figure stands beside what real points get, and the p-values find what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from data import COLORS, PLACES
from utils.evaluation.evaluate import evaluate
from utils.evaluation.metrics import METRICS

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_real_points_pass_every_figure_of_the_table_and_an_auc_beyond_noise_would_be_found(sets: Split):
    evaluation = evaluate(sets[2], *sets[:2])

    assert set(evaluation.measured) == set(METRICS)
    assert not evaluation.is_refused
    assert not evaluation.is_memorized
    (points, scores), auc = evaluation.classifier, evaluation.measured["c2st_auc"]
    assert points.shape == (len(scores), 5)
    assert abs(auc.value - 0.5) < 0.06
    # What one needs to exceed 2 errors with a probability of 0.8, and some more for the second test.
    assert 0.5 + 2.8 * auc.error < auc.detectable < 0.5 + 4.5 * auc.error


def without_a_part(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    distance = np.hypot(*(points[:, PLACES] - points[len(points) // 2, PLACES]).T)
    return points[distance > np.quantile(distance, 0.07)]


def strays(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.vstack([points, np.column_stack([rng.integers(0, 200, (20, 2)), points[:20, COLORS]])])


def shuffled(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.column_stack([points[:, PLACES], rng.permutation(points[:, COLORS])])


def tilted(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return points[rng.random(len(points)) < points[:, 1] / 200]


@pytest.mark.parametrize(
    ("fault", "tests"),
    [
        (without_a_part, ["density_regions"]),
        (strays, ["off_support"]),
        (shuffled, ["c2st_auc", "off_colors"]),
        (tilted, ["density_trends"]),
    ],
)
def test_a_fault_is_found_by_the_tests_that_are_made_for_it(
    sets: Split, rng: np.random.Generator, fault: Callable[..., np.ndarray], tests: list[str]
):
    evaluation = evaluate(fault(sets[2], rng), *sets[:2])

    assert evaluation.is_refused
    assert max(evaluation.measured[key].p for key in tests) < 0.05


def test_a_tint_of_one_level_is_found_in_grays(sets: Split, rng: np.random.Generator):
    train, held_out, fresh = (
        np.column_stack([points[:, PLACES], points[:, 2].repeat(3).reshape(-1, 3)]) for points in sets
    )
    assert not evaluate(fresh, train, held_out).is_refused

    fresh[:, COLORS] += rng.integers(-1, 2, (len(fresh), 3))
    assert evaluate(fresh, train, held_out).measured["c2st_auc"].p < 0.05


def test_what_gives_the_tests_nothing_to_see_is_not_refused(sets: Split, rng: np.random.Generator):
    assert evaluate(sets[2][:10], *sets[:2]).p is None

    two_places = np.array([[3, 4, 9, 9, 9], [20, 30, 9, 9, 9]])
    evaluation = evaluate(*(two_places[rng.integers(0, 2, n)] for n in (1000, 450, 50)))
    assert evaluation.p is not None
    assert not evaluation.is_refused
    assert not evaluation.is_memorized


def test_where_the_data_hold_every_pixel_wrong_points_are_refused_and_right_ones_are_not(rng: np.random.Generator):
    places = np.argwhere(np.hypot(*np.mgrid[-30:30, -30:30]) < 25)
    points = rng.permutation(np.column_stack([places, 3 * places, places.sum(1)]))
    drawn = points[rng.integers(0, len(points), 2000)]
    gray, left = drawn.copy(), drawn[drawn[:, 1] < rng.integers(0, 80, 2000)]
    gray[:, COLORS] = 90

    assert "every pixel" in evaluate(drawn, points[200:], points[:200]).power
    refused = [evaluate(each, points[200:], points[:200]).is_refused for each in (drawn, gray, left)]
    assert refused == [False, True, True]
