import numpy as np
import torch

from data.thinning import thinned


def test_a_set_that_is_small_enough_stays_as_it_is():
    assert thinned(np.arange(100), 100).tolist() == list(range(100))


def test_a_large_set_is_thinned_evenly_from_its_first_to_its_last():
    expected = list(range(0, 100, 9))

    assert thinned(np.arange(100), 12).tolist() == expected
    assert thinned(torch.arange(100), 12).tolist() == expected
