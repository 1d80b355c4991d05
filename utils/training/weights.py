"""Weights in groups that are optimized alike, each in one long vector, which is quicker than many small tensors."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn


class WeightGroup(NamedTuple):
    """Weights with or without decay, at a multiple of the learning rate."""

    parameters: list[nn.Parameter]
    decays: bool
    lr_scale: float


def weight_groups(model: nn.Module) -> list[WeightGroup]:
    """All weights of `model`: matrices decay; those that a module names in `lr_scale` learn faster than others."""
    groups: dict[tuple[bool, float], list[nn.Parameter]] = {}
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            decays = name == "weight" and parameter.dim() > 1
            lr_scale = getattr(module, "lr_scale", {}).get(name, 1.0)
            groups.setdefault((decays, lr_scale), []).append(parameter)
    return [WeightGroup(parameters, *kind) for kind, parameters in groups.items()]


def flatten(parameters: Sequence[nn.Parameter]) -> Tensor:
    """All `parameters` in one vector, of which they are views from now on."""
    vector = nn.utils.parameters_to_vector(parameters).detach()
    nn.utils.vector_to_parameters(vector, parameters)
    return vector
