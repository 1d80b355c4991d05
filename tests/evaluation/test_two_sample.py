"""Permutation tests: exact where there is nothing to find, and able to find something where there is."""

import numpy as np
import pytest
import torch
from torch import Tensor

from utils.evaluation.metrics import n_families
from utils.evaluation.two_sample import (
    N_PERMUTATIONS,
    area_under_curve,
    classifier_auc,
    discriminant,
    energy_distance,
    family,
    folds,
    mean_excess,
    p_value,
    permuted_labels,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def two_clouds(shift: float, n: int = 150, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Normal points `(2 n, 3)` of which the first half is shifted, and their labels and folds, one within one set."""
    rng = seeded(seed)
    x = torch.randn(2 * n, 3, generator=rng)
    x[:n, 0] += shift
    fold = (torch.arange(2 * n) % 4).where(torch.arange(2 * n) >= n // 5, 4)
    return x, permuted_labels(n, n, rng, fold), fold


def statistics(x: Tensor, labels: Tensor, fold: Tensor) -> list[Tensor]:
    aucs, _ = classifier_auc(x, labels, fold, seeded())
    return [aucs, energy_distance(x, labels), discriminant(x, labels), mean_excess(x[:, 0], labels)]


def test_p_values_of_each_statistic_and_of_their_family_are_uniform_under_the_null_hypothesis():
    p = []
    for seed in range(100):
        values = statistics(*two_clouds(0, 40, seed))
        p.append([*(p_value(value) for value in values), min(test.p for test in family(*values)) / n_families()])

    # Three standard errors of the share and of the mean.
    assert np.abs((np.array(p) < 0.2).mean(0) - 0.2).max() < 3 * (0.16 / 100) ** 0.5
    assert np.abs(np.mean(p, 0) - 0.5)[:4].max() < 3 * (1 / 12 / 100) ** 0.5


def test_a_shift_of_one_standard_deviation_is_found_and_sets_without_any_spread_are_found_equal():
    x, labels, fold = two_clouds(1)

    assert all((labels[fold == k].sum(0) == labels[fold == k, 0].sum()).all() for k in range(5))
    assert {p_value(value) for value in statistics(x, labels, fold)} == {1 / (1 + N_PERMUTATIONS)}
    _, scores = classifier_auc(x, labels, fold, seeded())
    assert scores[:150].mean() > scores[150:].mean() + 0.1
    constant = statistics(torch.full((300, 3), 7.0), labels, fold)
    assert min(p_value(value) for value in constant) > 0.05
    assert constant[0][0].item() == pytest.approx(0.5, abs=0.1)


def test_a_family_says_which_of_its_tests_found_something_and_pays_for_the_number_of_families():
    x, labels, _ = two_clouds(1)

    shifted, untouched = family(*(mean_excess(x[:, k], labels) for k in range(2)))

    assert shifted.p == pytest.approx(n_families() / (1 + N_PERMUTATIONS))
    assert untouched.p > 0.05


def test_a_statistic_is_detectable_where_its_adjusted_p_value_meets_the_level_and_0_84_deviations_above():
    x, labels, _ = two_clouds(0)
    noise = [mean_excess(x[:, k], labels) for k in range(3)]
    first = family(*noise)[0]
    for shift, is_significant in ((-0.3, False), (0.3, True)):
        moved = noise[0].clone()
        moved[0] = moved[1:].mean() + first.detectable + (shift - 0.8416) * moved[1:].std()
        assert (family(moved, *noise[1:])[0].p < 0.05) == is_significant


def test_points_of_one_block_share_a_fold():
    places = torch.rand(500, 2, generator=seeded()) * 160
    fold = folds(places, seeded())

    blocks = (places // 16).long() @ torch.tensor([10, 1])
    assert all(len(fold[blocks == block].unique()) == 1 for block in blocks.unique())
    assert sorted(fold.unique().tolist()) == [0, 1, 2, 3, 4]
    # Where there are too few blocks, each point has a fold of its own.
    assert folds(torch.tensor([[3.0, 3.0], [40.0, 40.0]]).repeat(50, 1), seeded()).bincount().tolist() == [20] * 5


def test_the_auc_is_the_share_of_pairs_in_the_right_order():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.3], [0.1, 0.4]])
    labels = torch.tensor([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])

    assert area_under_curve(scores, labels).tolist() == [0.75, 0.0]


def test_the_p_value_and_the_energy_distance_are_those_of_their_formulas():
    assert p_value(torch.tensor([3.0, 1.0, 3.0, 5.0])) == 0.75
    # Between two points and two others at distance 3: 2 * 3 - 0 - 0.
    x, labels = torch.tensor([[0.0], [0.0], [3.0], [3.0]]), torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    assert energy_distance(x, labels).item() == pytest.approx(6)


def test_the_discriminant_weighs_a_difference_by_the_spread():
    x, labels, _ = two_clouds(1)
    before, after = (discriminant(100 * x * torch.tensor([k, 1, 1]), labels)[0].item() for k in (1, 5))

    assert after == pytest.approx(before, rel=0.01)
