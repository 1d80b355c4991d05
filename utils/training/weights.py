"""Weights laid out flat, which makes a training step of a small model several times cheaper."""

import copy

import torch
from torch import Tensor, nn

from models.vae import VAE


class FlatWeights:
    """All weights of `model` in a few vectors, one for each of its `groups`.

    From then on the layers' weights are views of the vectors. Clipping, Adam and averaging take a few operations each
    where they would take a few for each of some seventy small tensors.
    """

    def __init__(self, model: VAE) -> None:
        self.groups = model.weight_groups()
        self.vectors = [_flatten(group.parameters) for group in self.groups]

    def gradients(self, loss: Tensor) -> list[Tensor]:
        """The gradients of `loss` with respect to the vectors."""
        gradients = iter(torch.autograd.grad(loss, [weight for group in self.groups for weight in group.parameters]))
        return [torch.cat([next(gradients).flatten() for _ in group.parameters]) for group in self.groups]


class WeightAverage:
    """An exponential moving average of a model's weights, in a `model` of its own.

    Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging". `decay` is that of a unit of time.
    """

    def __init__(self, model: VAE) -> None:
        self.model = copy.deepcopy(model)
        self._weights = FlatWeights(self.model)

    @torch.no_grad()
    def update(self, weights: FlatWeights, time: float, passed: float = 1.0) -> None:
        """average = decay * average + (1 - decay) * weights at `time`, when `passed` is the time since the last update.

        The decay per unit of time rises from 1/10 to its value, so that the initial weights are soon forgotten. Until
        then, the average is mostly of the last tenth of the time: of the last 230 steps of 2,300, whose decay is 0.996.
        """
        decay = (time / (9 + time)) ** passed
        for average, current in zip(self._weights.vectors, weights.vectors, strict=True):
            average.lerp_(current, 1 - decay)


def _flatten(group: list[nn.Parameter]) -> Tensor:
    vector = nn.utils.parameters_to_vector(group).detach()
    nn.utils.vector_to_parameters(vector, group)
    return vector
