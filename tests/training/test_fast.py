import math
import re

import pytest
import torch
from torch import Tensor

from utils.training.fast import compile_function, is_worthwhile


def test_auto_compiles_when_there_are_many_steps():
    assert is_worthwhile("auto", 450_000)
    assert not is_worthwhile("auto", 2300)
    assert is_worthwhile("always", 1)
    assert not is_worthwhile("never", 10**9)


def test_a_function_that_cannot_be_compiled_is_refused_in_one_line():
    def depends_on_values(x: Tensor) -> Tensor:
        """Compiled code cannot branch on a number that is in a tensor, nor hand it to Python."""
        return x if re.fullmatch("0.*", str(math.floor(x.sum()))) else -x

    with pytest.raises(RuntimeError) as caught:
        compile_function(depends_on_values, torch.zeros(2))

    assert str(caught.value)
    assert "\n" not in str(caught.value)
