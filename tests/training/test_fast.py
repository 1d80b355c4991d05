import copy
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from models.vae import VAE
from utils.settings.config import Config
from utils.training.batch_scaling import StepSettings
from utils.training.fast import FastStep, compile_function, is_worthwhile


def test_auto_compiles_when_there_are_many_steps():
    assert is_worthwhile("auto", 450_000)
    assert not is_worthwhile("auto", 2300)
    assert is_worthwhile("always", 1)
    assert not is_worthwhile("never", 10**9)


def test_compiled_code_takes_the_whole_batches_and_to_compile_it_moves_no_weight(model: VAE, quick: Config):
    calls, before = [], copy.deepcopy(model)

    def recording(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
        def code(*arguments: Any) -> Any:
            calls.append((function.__name__, len(arguments[0])))
            return function(*arguments)

        function(*example)
        return code

    rng = torch.Generator().manual_seed(0)
    step = FastStep(model, copy.deepcopy(model), 270, StepSettings.of(quick), rng, 50, recording)
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before.parameters(), strict=True))
    for n in (50, 20):
        step(torch.zeros(n, 5), 1.0, 0.01)

    n_weights = sum(parameter.numel() for parameter in model.parameters())
    assert calls == [("gradient", 50), ("_update", n_weights), ("_update", n_weights)]


def test_a_function_that_cannot_be_compiled_is_refused_in_one_line():
    def depends_on_values(x: Tensor) -> Tensor:
        """Compiled code cannot branch on a number that is in a tensor, nor hand it to Python."""
        return x if re.fullmatch("0.*", str(math.floor(x.sum()))) else -x

    with pytest.raises(RuntimeError) as caught:
        compile_function(depends_on_values, torch.zeros(2))

    assert str(caught.value)
    assert "\n" not in str(caught.value)
