"""Adam with decoupled weight decay, on clipped gradients: a few operations on flat weights, which can be compiled."""

from collections.abc import Sequence

import torch
from torch import Tensor

from utils.training.batch_scaling import StepSettings
from utils.training.compilation import compiled
from utils.training.weights import FlatWeights

# Only keeps the division finite.
EPSILON = 1e-8


class AdamW:
    """Moves `weights` against their gradients. Loshchilov & Hutter 2019 (arXiv 1711.05101), algorithm 2.

    Gradients longer than `settings.clip_norm` are scaled down to it, each group by itself: the densities' gradients are
    far longer than those of the networks.
    """

    def __init__(self, weights: FlatWeights, settings: StepSettings) -> None:
        self.settings, self.vectors = settings, weights.vectors
        self.decays = [settings.weight_decay if group.decays else 0.0 for group in weights.groups]
        # Moving averages of the gradients and of their squares.
        self.means, self.squares = ([torch.zeros_like(vector) for vector in self.vectors] for _ in range(2))
        self.update = self._update

    def step(self, gradients: Sequence[Tensor], step: int, learning_rate: float) -> None:
        """The `step`-th step, counted from 1. It may overwrite `gradients`."""
        beta1, beta2 = self.settings.betas
        numbers = torch.tensor([learning_rate, 1 - beta1**step, 1 - beta2**step], device=gradients[0].device)
        self.update(self.vectors, self.means, self.squares, gradients, numbers)

    def compile(self) -> None:
        """Compile all further steps. Raises RuntimeError if this machine cannot."""
        copies = [[vector.clone() for vector in self.vectors] for _ in range(4)]
        self.update = compiled(self._update, *copies, torch.ones(3, device=self.vectors[0].device))

    def state_dict(self) -> dict[str, list[Tensor]]:
        """All that the next step depends on, beside the weights."""
        return {"means": self.means, "squares": self.squares}

    def load_state_dict(self, state: dict[str, list[Tensor]]) -> None:
        """Continue from where `state_dict` was taken."""
        for name, vectors in self.state_dict().items():
            for vector, saved in zip(vectors, state[name], strict=True):
                vector.copy_(saved)

    def _update(
        self,
        vectors: Sequence[Tensor],
        means: Sequence[Tensor],
        squares: Sequence[Tensor],
        gradients: Sequence[Tensor],
        numbers: Tensor,
    ) -> None:
        """Changes its arguments and nothing else, which is what allows it to be compiled.

        `numbers` are the learning rate and by how much the zeros that both averages began with still lower them.
        """
        learning_rate, correction1, correction2 = numbers.unbind()
        beta1, beta2 = self.settings.betas
        for vector, mean, square, gradient, decay in zip(vectors, means, squares, gradients, self.decays, strict=True):
            gradient.mul_((self.settings.clip_norm / (gradient.norm() + 1e-6)).clamp(max=1))
            mean.lerp_(gradient, 1 - beta1)
            square.lerp_(gradient.square_(), 1 - beta2)
            step = mean / (square / correction2).sqrt_().add_(EPSILON)
            vector.mul_(1 - learning_rate * decay).sub_(step.mul_(learning_rate / correction1))
