import numpy as np
import pytest
import torch
from worlds import world

from data.thinning import thinned
from utils.evaluation.two_sample import (
    area_under_curve,
    classifier_test,
    energy_test,
    features,
    memorising_test,
    nearest,
    off_support_share,
    off_support_test,
    spread,
)

ONES = np.ones(5)


@pytest.fixture(scope="module")
def sets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training points, held-out points and others, of one world."""
    points = np.random.default_rng(0).permutation(world(size=200, n=2400))
    return points[:1600], points[1600:2000], points[2000:]


def test_the_auc_is_the_share_of_pairs_in_the_right_order():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.3], [0.1, 0.4]])
    labels = torch.tensor([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])

    assert area_under_curve(scores, labels).tolist() == [0.75, 0.0]


def test_the_nearest_records_are_found_in_blocks_as_at_once(rng: np.random.Generator):
    points, records = (torch.from_numpy(rng.random((n, 2))) for n in (50, 3000))

    distance, index = nearest(points.repeat(200, 1), records, 3)

    expected = torch.cdist(points, records).topk(3, largest=False)
    assert torch.allclose(distance[-50:], expected.values)
    assert torch.equal(index[:50], expected.indices)


def test_large_sets_are_thinned_evenly_whatever_their_order():
    points = np.arange(100)[:, None].repeat(5, 1)

    assert np.array_equal(thinned(points, 100), points)
    assert thinned(points, 12)[:, 0].tolist() == list(range(0, 100, 9))


def test_real_points_pass_every_test(sets: tuple):
    train, held_out, others = sets

    assert classifier_test(others, held_out, train).test.p > 0.05
    assert energy_test(others, held_out, spread(train)).p > 0.05
    assert off_support_test(others, held_out, train).p > 0.05
    assert memorising_test(others, held_out, train, spread(train)).p > 0.05


def test_p_values_are_small_as_often_as_they_say(rng: np.random.Generator):
    p = [energy_test(rng.normal(size=(40, 5)), rng.normal(size=(40, 5)), ONES, seed).p for seed in range(100)]

    assert 1 <= np.sum(np.array(p) < 0.1) <= 20
    assert 0.4 < np.mean(p) < 0.6


def test_the_classifier_notices_colors_in_the_wrong_place(sets: tuple, rng: np.random.Generator):
    train, held_out, others = sets
    others = np.column_stack([others[:, :2], rng.permutation(others[:, 2:])])

    found = classifier_test(others, held_out, train)

    assert found.test.value > 0.8
    assert found.test.p < 0.01
    assert found.scores[:400].mean() > found.scores[400:].mean() + 0.2
    assert np.array_equal(found.points, np.vstack([others, held_out]))


def test_the_standard_error_is_that_of_aucs_that_mean_nothing(sets: tuple):
    train, held_out, others = sets

    found = classifier_test(others, held_out, train).test

    assert found.null == pytest.approx(0.5, abs=0.01)
    assert 0.01 < found.null_std < 0.05


def test_an_edge_blurred_by_three_pixels_lies_where_no_data_are(sets: tuple, rng: np.random.Generator):
    train, held_out, others = sets
    others[:, :2] += rng.normal(0, 3, (len(others), 2)).round().astype(int)

    assert off_support_share(others, held_out, train) > 0.03
    assert off_support_test(others, held_out, train).p < 0.01


def test_one_in_a_hundred_real_points_lies_off_the_support(sets: tuple):
    assert off_support_share(sets[1], sets[1], sets[0]) == pytest.approx(0.01, abs=0.005)


def test_the_energy_distance_of_a_shift_is_that_of_its_formula():
    """Between two points a and two points b at distance 3: 2 * 3 - 0 - 0."""
    assert energy_test(np.zeros((2, 5)), np.array([[3, 0, 0, 0, 0]] * 2), ONES).value == pytest.approx(6)


def test_the_energy_distance_notices_a_shift(rng: np.random.Generator):
    x = rng.normal(size=(200, 5))

    assert energy_test(x, rng.normal([0.5, 0, 0, 0, 0], size=(200, 5)), ONES).p < 0.01


def test_a_generator_that_knows_training_points_is_noticed(sets: tuple, rng: np.random.Generator):
    train, held_out, _ = sets
    copied = train[rng.integers(0, len(train), 1000)] + rng.integers(-1, 2, (1000, 5))

    found = memorising_test(copied, held_out, train, spread(train))

    assert found.null == pytest.approx(0.8, abs=0.02)
    assert found.value > 0.95
    assert found.p < 0.01


def test_features_know_the_grain_of_the_data_and_nothing_finer(sets: tuple):
    """No pixel is drawn twice: a point that falls on a training point's place must not look strange for that."""
    train, held_out, _ = sets
    places, real = (torch.from_numpy(sample[:, :2]).float() for sample in (held_out, train))
    on_top = held_out.copy()
    on_top[:, :2] = train[nearest(places, real, 1)[1][:, 0].numpy(), :2]

    seen, expected = features(on_top, train)[:, 5:7].mean(0), features(held_out, train)[:, 5:7].mean(0)
    assert seen.tolist() == pytest.approx(expected.tolist(), abs=0.1)


def test_sets_without_any_spread_are_no_trouble():
    constant = np.full((50, 5), 7)

    assert classifier_test(constant, constant, constant).test.value == pytest.approx(0.5, abs=0.1)
    assert energy_test(constant, constant, spread(constant)).p == 1
    assert off_support_test(constant, constant, constant).value == 0
