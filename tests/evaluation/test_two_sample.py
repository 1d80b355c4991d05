"""Permutation tests: exact where there is nothing to find, and able to find something where there is."""

import numpy as np
import pytest
import torch
from torch import Tensor

from utils.evaluation import two_sample
from utils.evaluation.metrics import n_families
from utils.evaluation.two_sample import N_PERMUTATIONS, family, folds, mean_excess, p_value, permuted_labels


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def statistics(shift: float, n: int = 150, seed: int = 0, scale: float = 1) -> dict[str, Tensor]:
    """Those of two sets of n normal points, of which one is shifted; one of the folds lies within one set."""
    rng = seeded(seed)
    x = torch.randn(2 * n, 3, generator=rng)
    x[:n, 0] += shift
    x *= scale
    fold = (torch.arange(2 * n) % 4).where(torch.arange(2 * n) >= n // 5, 4)
    labels = permuted_labels(n, n, rng, fold)
    assert all((labels[fold == k].sum(0) == labels[fold == k, 0].sum()).all() for k in range(5))
    return {
        "auc": two_sample.classifier_auc(x, labels, fold, seeded())[0],
        "energy": two_sample.energy_distance(x, labels),
        "discriminant": two_sample.discriminant(100 * x, labels),
        "excess": mean_excess(x[:, 0], labels),
        "excess elsewhere": mean_excess(x[:, 1], labels),
    }


def test_p_values_of_each_statistic_and_of_their_family_are_uniform_under_the_null_hypothesis():
    p = []
    for seed in range(100):
        values = statistics(0, 40, seed)
        of_family = min(test.p for test in family(**values).values()) / n_families()
        p.append([*map(p_value, values.values()), of_family])

    # Three standard errors of the share and of the mean.
    assert np.abs((np.array(p) < 0.2).mean(0) - 0.2).max() < 3 * (0.16 / 100) ** 0.5
    assert np.abs(np.mean(p, 0) - 0.5)[:5].max() < 3 * (1 / 12 / 100) ** 0.5


def test_a_shift_is_found_by_all_that_can_see_it_and_sets_without_any_spread_are_found_equal():
    found = family(**statistics(1))

    assert found.pop("excess elsewhere").p > 0.05
    assert [test.p for test in found.values()] == pytest.approx([n_families() / (1 + N_PERMUTATIONS)] * 4)
    assert min(map(p_value, statistics(1, scale=0).values())) > 0.05


def test_a_value_is_detectable_that_is_found_4_times_in_5():
    """The adjusted p-value meets the level where 0.84 deviations less than the detectable value are."""
    values = statistics(0)
    test = family(**values)["excess"]
    for shift, is_significant in ((-0.3, False), (0.3, True)):
        values["excess"][0] = test.detectable + (shift - 0.8416) * test.error
        assert (family(**values)["excess"].p < 0.05) == is_significant


def test_points_of_one_block_share_a_fold_unless_blocks_are_few():
    places = torch.rand(500, 2, generator=seeded()) * 160
    fold = folds(places, seeded())

    blocks = (places // 16).long() @ torch.tensor([10, 1])
    assert all(len(fold[blocks == block].unique()) == 1 for block in blocks.unique())
    assert sorted(fold.unique().tolist()) == [0, 1, 2, 3, 4]
    assert folds(torch.tensor([[3.0, 3.0], [40.0, 40.0]]).repeat(50, 1), seeded()).bincount().tolist() == [20] * 5


def test_statistics_are_those_of_their_formulas():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.3], [0.1, 0.4]])
    labels = torch.tensor([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    assert two_sample.area_under_curve(scores, labels).tolist() == [0.75, 0.0]
    # Rounding must not decide between labelings with equal values.
    assert p_value(torch.tensor([3.0, 1.0, 3.0 - 1e-6, 5.0])) == 0.75
    # Between two points and two others at distance 3: 2 * 3 - 0 - 0.
    x, labels = torch.tensor([[0.0], [0.0], [3.0], [3.0]]), torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    assert two_sample.energy_distance(x, labels).item() == pytest.approx(6)
    # The discriminant weighs a difference by the spread.
    before, after = (statistics(1, scale=scale)["discriminant"][0].item() for scale in (1, 5))
    assert after == pytest.approx(before, rel=0.01)
