"""Weights laid out flat, which makes a training step of a small model several times cheaper."""

import copy

import torch
from torch import Tensor, nn

from models.vae import VAE


class FlatWeights:
    """All weights of `model` in two vectors: those that decay and the others.

    From then on the layers' weights are views of the vectors. Clipping, Adam and averaging take a few operations each
    where they would take a few for each of some seventy small tensors.
    """

    def __init__(self, model: VAE) -> None:
        decaying = model.decaying_parameters()
        ids = {id(weight) for weight in decaying}
        others = [weight for weight in model.parameters() if id(weight) not in ids]
        self.groups = (decaying, others)
        self.decaying, self.others = (_flatten(group) for group in self.groups)

    @property
    def vectors(self) -> tuple[nn.Parameter, nn.Parameter]:
        """Both vectors, `(n_decaying,)` and `(n_others,)`."""
        return self.decaying, self.others

    def gradients(self, loss: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients of `loss` with respect to both vectors."""
        decaying, others = self.groups
        gradients = torch.autograd.grad(loss, [*decaying, *others])
        first, second = gradients[: len(decaying)], gradients[len(decaying) :]
        return torch.cat([g.flatten() for g in first]), torch.cat([g.flatten() for g in second])


class WeightAverage:
    """An exponential moving average of a model's weights, in a `model` of its own.

    Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging".
    """

    def __init__(self, model: VAE, decay: float) -> None:
        self.model, self.decay = copy.deepcopy(model), decay
        self._weights = FlatWeights(self.model)

    @torch.no_grad()
    def update(self, weights: FlatWeights, step: int) -> None:
        """average = decay * average + (1 - decay) * weights after the `step`-th step, counted from 1.

        The decay rises from 1/10 to its value, so that the initial weights are soon forgotten.
        """
        decay = min(self.decay, step / (9 + step))
        for average, current in zip(self._weights.vectors, weights.vectors, strict=True):
            average.lerp_(current, 1 - decay)


def _flatten(group: list[nn.Parameter]) -> nn.Parameter:
    vector = nn.utils.parameters_to_vector(group).detach()
    nn.utils.vector_to_parameters(vector, group)
    return nn.Parameter(vector)
