import re

import pytest
import torch
from torch import Tensor

from utils.training.compilation import compiled, is_worthwhile


def test_auto_compiles_where_there_are_many_steps():
    assert is_worthwhile("auto", 450_000)
    assert not is_worthwhile("auto", 2300)
    assert is_worthwhile("always", 1)
    assert not is_worthwhile("never", 10**9)


def slope(x: Tensor, weights: Tensor) -> Tensor:
    """The gradient of sum(tanh(x weights)) by the weights."""
    return torch.autograd.grad(torch.tanh(x @ weights).sum(), weights)[0]


def test_compiled_code_does_what_the_function_does_its_backward_pass_included(generator: torch.Generator):
    x = torch.randn(4, 3, generator=generator)
    weights = torch.randn(3, 2, generator=generator, requires_grad=True)
    try:
        code = compiled(slope, torch.zeros_like(x), weights)
    except RuntimeError as error:
        pytest.skip(f"this machine cannot compile: {error}")

    assert torch.allclose(code(x, weights), slope(x, weights), atol=1e-6)


def test_what_cannot_be_compiled_is_told_in_one_line():
    def unknown(x: Tensor) -> Tensor:
        return x if float(x.sum()) == float("nan") else re.compile(str(x))

    with pytest.raises(RuntimeError) as caught:
        compiled(unknown, torch.zeros(2))

    assert str(caught.value)
    assert "\n" not in str(caught.value)
