"""Each figure stands beside what true points get, and the p-values find what is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from data.coordinates import COLORS, PLACES
from utils.evaluation.figures import ENOUGH, evaluate, ks_distances, share_of_copies
from utils.evaluation.words import is_memorized

Split = tuple[np.ndarray, np.ndarray, np.ndarray]
Fault = Callable[[np.ndarray], np.ndarray]
TESTED = {
    "c2st_auc",
    "energy_distance",
    "density_trends",
    "density_regions",
    "density_details",
    "off_support",
    "off_colors",
    "closest_is_training",
    "copies",
}


@pytest.fixture(scope="module")
def figures_of_fresh_points(sets: Split) -> dict:
    return evaluate(sets[2], *sets[:2]).figures


def test_the_ks_distance_is_the_largest_gap_of_the_cumulative_shares():
    points, reference = np.array([[1], [2], [3], [4]]).repeat(5, 1), np.array([[3], [4], [5], [6]]).repeat(5, 1)
    points[:, 4] += 2

    assert ks_distances(points, reference) == {"x": 0.5, "y": 0.5, "r": 0.5, "g": 0.5, "b": 0.0}


def test_copies_are_points_that_are_in_the_training_set(rng: np.random.Generator):
    train = rng.permutation(1000)[:, None].repeat(5, 1)

    assert share_of_copies(np.vstack([train[:10], train[:30] + 5000]), train) == 0.25


def test_every_tested_figure_has_a_value_a_floor_and_a_p_value(figures_of_fresh_points: dict):
    for name in TESTED:
        assert {"value", "floor", "p"} <= set(figures_of_fresh_points[name])


def test_true_points_pass(figures_of_fresh_points: dict):
    assert figures_of_fresh_points["p"] > 0.05
    assert not is_memorized(figures_of_fresh_points)
    assert abs(figures_of_fresh_points["c2st_auc"]["value"] - 0.5) < 0.06


def test_the_detectable_auc_is_further_off_than_noise(figures_of_fresh_points: dict):
    auc = figures_of_fresh_points["c2st_auc"]

    # Three standard errors: what one needs to exceed 2 with a probability of 0.8, and a little for the second test.
    assert 0.5 + 2.8 * auc["standard_error"] < auc["detectable"] < 0.5 + 4 * auc["standard_error"]


def missing_part(points: np.ndarray) -> np.ndarray:
    center = points[len(points) // 2, PLACES]
    distance = np.hypot(*(points[:, PLACES] - center).T)
    return points[distance > np.quantile(distance, 0.07)]


def strays(points: np.ndarray) -> np.ndarray:
    points[:20, PLACES] = np.random.default_rng(0).integers(0, 200, (20, 2))
    return points


def blurred(points: np.ndarray) -> np.ndarray:
    points[:, PLACES] += np.random.default_rng(0).normal(0, 3, (len(points), 2)).round().astype(int)
    return points


def shuffled(points: np.ndarray) -> np.ndarray:
    points[:, COLORS] = np.random.default_rng(0).permutation(points[:, COLORS])
    return points


def tilted(points: np.ndarray) -> np.ndarray:
    return points[np.random.default_rng(0).random(len(points)) < points[:, 1] / 200]


@pytest.mark.parametrize(
    ("fault", "found_by"),
    [
        (missing_part, "density_regions"),
        (strays, "off_support"),
        (blurred, "off_support"),
        (shuffled, "c2st_auc"),
        (shuffled, "off_colors"),
        (tilted, "density_trends"),
    ],
)
def test_a_fault_is_found_by_the_test_that_is_made_for_it(
    sets: Split, fault: Callable[[np.ndarray], np.ndarray], found_by: str
):
    figures = evaluate(fault(sets[2].copy()), *sets[:2]).figures

    assert figures[found_by]["p"] < 0.05
    assert figures["p"] <= figures[found_by]["p"]


def test_tinted_grays_are_told_from_grays(sets: Split, rng: np.random.Generator):
    train, held_out, fresh = (
        np.column_stack([points[:, PLACES], points[:, 2].repeat(3).reshape(-1, 3)]) for points in sets
    )
    assert evaluate(fresh, train, held_out).figures["p"] > 0.05

    fresh[:, COLORS] += rng.integers(-1, 2, (len(fresh), 3))
    assert evaluate(fresh, train, held_out).figures["c2st_auc"]["p"] < 0.05


def test_the_training_set_handed_back_is_memorized(sets: Split):
    assert is_memorized(evaluate(sets[0], *sets[:2]).figures)


def test_more_points_are_drawn_where_few_can_be_compared(sets: Split):
    train, held_out, fresh = sets
    asked_for = []

    def draw_more(n: int) -> np.ndarray:
        asked_for.append(n)
        return np.resize(fresh, (n, 5))

    few = np.vstack([train[:1000], fresh[:200]])
    alone = evaluate(few, train, held_out).figures["n_compared"]
    helped = evaluate(few, train, held_out, draw_more=draw_more).figures["n_compared"]

    assert asked_for
    assert alone < 200 < helped


def test_the_classifier_scores_the_points_that_were_compared(sets: Split):
    classifier = evaluate(sets[2], *sets[:2]).classifier

    assert classifier.points.shape == (len(classifier.scores), 5)
    assert len(classifier.points) <= 2 * ENOUGH


def test_too_few_points_get_no_p_value(sets: Split):
    evaluation = evaluate(sets[2][:10], *sets[:2])

    assert evaluation.classifier is None
    assert evaluation.figures["p"] is None


def test_one_color_in_two_places_is_no_trouble(rng: np.random.Generator):
    def draw(n: int) -> np.ndarray:
        return np.array([[3, 4, 9, 9, 9], [20, 30, 9, 9, 9]])[rng.integers(0, 2, n)]

    figures = evaluate(draw(1000), draw(450), draw(50)).figures

    assert figures["p"] > 0.05
    assert not is_memorized(figures)
