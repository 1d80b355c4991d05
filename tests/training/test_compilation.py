import math
import re

import pytest
import torch
from torch import Tensor

from utils.training.compilation import compiled, is_worthwhile


def test_auto_compiles_when_there_are_many_steps():
    assert is_worthwhile("auto", 450_000)
    assert not is_worthwhile("auto", 2300)
    assert is_worthwhile("always", 1)
    assert not is_worthwhile("never", 10**9)


def slope(x: Tensor, weights: Tensor) -> Tensor:
    """The gradient of sum(tanh(x weights)) with respect to the weights."""
    return torch.autograd.grad(torch.tanh(x @ weights).sum(), weights)[0]


@pytest.mark.slow
def test_a_compiled_function_gives_the_same_results_its_backward_pass_included(torch_rng: torch.Generator):
    x = torch.randn(4, 3, generator=torch_rng)
    weights = torch.randn(3, 2, generator=torch_rng, requires_grad=True)
    try:
        code = compiled(slope, torch.zeros_like(x), weights)
    except RuntimeError as error:
        pytest.skip(f"this machine cannot compile: {error}")

    assert torch.allclose(code(x, weights), slope(x, weights), atol=1e-6)


def test_a_function_that_cannot_be_compiled_is_refused_in_one_line():
    def depends_on_values(x: Tensor) -> Tensor:
        """Compiled code cannot branch on a number that is in a tensor, nor hand it to Python."""
        return x if re.fullmatch("0.*", str(math.floor(x.sum()))) else -x

    with pytest.raises(RuntimeError) as caught:
        compiled(depends_on_values, torch.zeros(2))

    assert str(caught.value)
    assert "\n" not in str(caught.value)
