"""Weights that lie in one vector: to update them then takes a few operations instead of a few for each small tensor."""

from collections.abc import Sequence

import torch
from torch import nn


def flatten(parameters: Sequence[nn.Parameter]) -> nn.Parameter:
    """All `parameters` in one vector, of which they, and their gradients, are views from now on."""
    vector = nn.Parameter(nn.utils.parameters_to_vector(parameters).detach())
    vector.grad = torch.zeros_like(vector)
    sizes = [parameter.numel() for parameter in parameters]
    for parameter, weight, gradient in zip(
        parameters, vector.detach().split(sizes), vector.grad.split(sizes), strict=True
    ):
        parameter.grad = None
        parameter.data, parameter.grad = weight.view_as(parameter), gradient.view_as(parameter)
    return vector
