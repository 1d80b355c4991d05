"""Weights that lie in one vector: to update them then takes a few operations instead of a few for each small tensor."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def flatten(parameters: Iterable[nn.Parameter]) -> nn.Parameter:
    """All `parameters` in one vector, of which they, and their gradients, are views from now on."""
    parameters = list(parameters)
    vector = nn.Parameter(nn.utils.parameters_to_vector(parameters).detach())
    vector.grad = torch.zeros_like(vector)
    for parameter, weight, gradient in zip(
        parameters, split(vector.detach(), parameters), split(vector.grad, parameters), strict=True
    ):
        parameter.data, parameter.grad = weight, gradient
    return vector


def split(vector: Tensor, parameters: list[nn.Parameter]) -> list[Tensor]:
    """The parts of `vector` that belong to each of the `parameters`, in their shapes."""
    parts = vector.split([parameter.numel() for parameter in parameters])
    return [part.view_as(parameter) for part, parameter in zip(parts, parameters, strict=True)]
