import math

import numpy as np
import pytest
from scipy import stats

from utils.evaluation.noise import Estimate, of_seeds, p_of_difference


def test_with_several_seeds_it_is_welchs_test(rng: np.random.Generator):
    for sizes in ((2, 2), (3, 8), (20, 5)):
        one, other = rng.normal(0, 1, sizes[0]), rng.normal(0.5, 3, sizes[1])

        p = p_of_difference([of_seeds(one), of_seeds(other)])

        assert p == pytest.approx(stats.ttest_ind(one, other, equal_var=False).pvalue, rel=1e-3)


def test_with_errors_that_are_known_it_is_the_normal_one():
    p = p_of_difference([Estimate(0.0, 0.3), Estimate(1.0, 0.4)])

    assert p == pytest.approx(2 * stats.norm.sf(1 / 0.5))


def test_of_several_figures_the_most_different_pair_counts_and_pays_for_their_number(rng: np.random.Generator):
    same = [Estimate(value, 1.0) for value in (0.0, 0.1, 0.2)]

    assert p_of_difference(same) == 1
    assert p_of_difference([*same, Estimate(9.0, 1.0)]) < 1e-6
    # Of figures that differ by chance only, one in twenty is told to differ, or fewer.
    told = [p_of_difference([of_seeds(sample) for sample in rng.normal(0, 1, (4, 5))]) < 0.05 for _ in range(300)]
    assert np.mean(told) < 0.08


def test_without_an_error_nothing_is_said():
    assert math.isnan(p_of_difference([Estimate(0.0), Estimate(9.0)]))
    assert math.isnan(p_of_difference([Estimate(0.0, 1.0), Estimate(9.0)]))
    assert math.isnan(p_of_difference([Estimate(0.0, 1.0)]))


def test_equal_figures_without_noise_do_not_differ_and_others_do():
    assert p_of_difference([Estimate(4.0, 0.0), Estimate(4.0, 0.0)]) == 1
    assert p_of_difference([Estimate(4.0, 0.0), Estimate(3.0, 0.0)]) == 0
