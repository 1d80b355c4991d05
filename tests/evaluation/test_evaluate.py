"""Each figure stands beside what real points get, and the p-values find what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from data.coordinates import COLORS, PLACES
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


def without_a_part(points: np.ndarray) -> np.ndarray:
    distance = np.hypot(*(points[:, PLACES] - points[len(points) // 2, PLACES]).T)
    return points[distance > np.quantile(distance, 0.07)]


def strays(points: np.ndarray) -> np.ndarray:
    points[:20, PLACES] = np.random.default_rng(0).integers(0, 200, (20, 2))
    return points


def shuffled(points: np.ndarray) -> np.ndarray:
    points[:, COLORS] = np.random.default_rng(0).permutation(points[:, COLORS])
    return points


def tilted(points: np.ndarray) -> np.ndarray:
    return points[np.random.default_rng(0).random(len(points)) < points[:, 1] / 200]


@pytest.mark.parametrize(
    ("fault", "found_by"),
    [
        (without_a_part, ["density_regions"]),
        (strays, ["off_support"]),
        (shuffled, ["c2st_auc", "off_colors"]),
        (tilted, ["density_trends"]),
    ],
)
def test_a_fault_is_found_by_the_tests_that_are_made_for_it(
    sets: Split, fault: Callable[[np.ndarray], np.ndarray], found_by: list[str]
):
    evaluation = evaluate(fault(sets[2].copy()), *sets[:2])

    assert evaluation.is_refused
    assert max(evaluation.measured[key].p for key in found_by) < 0.05


def test_a_tint_of_one_level_is_found_in_grays(sets: Split, rng: np.random.Generator):
    train, held_out, fresh = (
        np.column_stack([points[:, PLACES], points[:, 2].repeat(3).reshape(-1, 3)]) for points in sets
    )
    assert not evaluate(fresh, train, held_out).is_refused

    fresh[:, COLORS] += rng.integers(-1, 2, (len(fresh), 3))
    assert evaluate(fresh, train, held_out).measured["c2st_auc"].p < 0.05


def test_too_few_points_get_no_p_value(sets: Split):
    evaluation = evaluate(sets[2][:10], *sets[:2])

    assert evaluation.classifier is evaluation.p is evaluation.n_compared is None


def test_one_color_in_two_places_is_no_trouble(rng: np.random.Generator):
    def draw(n: int) -> np.ndarray:
        return np.array([[3, 4, 9, 9, 9], [20, 30, 9, 9, 9]])[rng.integers(0, 2, n)]

    evaluation = evaluate(draw(1000), draw(450), draw(50))

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
