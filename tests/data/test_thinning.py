import numpy as np
import torch

from data.thinning import thinned


def test_a_large_set_is_thinned_evenly_from_its_first_to_its_last_and_a_small_one_stays():
    for values in (np.arange(100), torch.arange(100)):
        assert thinned(values, 12).tolist() == list(range(0, 100, 9))
        assert thinned(values, 100).tolist() == list(range(100))
