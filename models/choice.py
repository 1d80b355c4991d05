"""Random choices by given weights."""

import torch
from torch import Tensor


def choose(weights: Tensor, rng: torch.Generator) -> Tensor:
    """An index `(n,)` for each row of `weights (n, choices)`, drawn with probabilities proportional to them.

    By inversion of the cumulative distribution, which takes one random number per draw; `torch.multinomial` takes one
    per choice.
    """
    cumulative = weights.double().cumsum(-1)
    level = torch.rand((len(weights), 1), generator=rng, device=weights.device, dtype=torch.double)
    index = torch.searchsorted(cumulative, level * cumulative[:, -1:], right=True).squeeze(-1)
    return index.clamp(max=weights.shape[-1] - 1)
