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
    far longer than those of the networks. Their length is the root mean square over the last 200 points or so. In small
    batches, to scale each gradient by its own length would give points with long gradients less weight than others, and
    the model would fit another distribution than that of the points.
    """

    def __init__(self, weights: FlatWeights, settings: StepSettings) -> None:
        self.settings, self.vectors = settings, weights.vectors
        self.decays = [settings.weight_decay if group.decays else 0.0 for group in weights.groups]
        self.lr_scales = [group.lr_scale for group in weights.groups]
        # Moving averages of the gradients and of their squares.
        self.means, self.squares = ([torch.zeros_like(vector) for vector in self.vectors] for _ in range(2))
        # And of the squared length of the gradient of each group.
        self.lengths = torch.zeros(len(self.vectors), device=self.vectors[0].device)
        self.update = self._update

    def step(self, gradients: Sequence[Tensor], step: int, learning_rate: float) -> None:
        """The `step`-th step, counted from 1. It may overwrite `gradients`."""
        decays = (*self.settings.betas, self.settings.length_decay)
        numbers = torch.tensor([learning_rate, *(1 - decay**step for decay in decays)], device=self.lengths.device)
        self.update(self.vectors, self.means, self.squares, self.lengths, gradients, numbers)

    def compile(self) -> None:
        """Compile all further steps. Raises RuntimeError if this machine cannot."""
        vectors, means, squares, gradients = ([vector.clone() for vector in self.vectors] for _ in range(4))
        lengths = self.lengths.clone()
        self.update = compiled(self._update, vectors, means, squares, lengths, gradients, lengths.new_ones(4))

    def state_dict(self) -> dict[str, list[Tensor]]:
        """All that the next step depends on, beside the weights."""
        return {"means": self.means, "squares": self.squares, "lengths": [self.lengths]}

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
        lengths: Tensor,
        gradients: Sequence[Tensor],
        numbers: Tensor,
    ) -> None:
        """Changes its arguments and nothing else, which is what allows it to be compiled.

        `numbers` are the learning rate and by how much the zeros that the three averages began with still lower them.
        """
        learning_rate, of_means, of_squares, of_lengths = numbers.unbind()
        beta1, beta2 = self.settings.betas
        lengths.lerp_(torch.stack([gradient.square().sum() for gradient in gradients]), 1 - self.settings.length_decay)
        scales = (self.settings.clip_norm / ((lengths / of_lengths).sqrt() + 1e-6)).clamp(max=1).unbind()
        for vector, mean, square, gradient, scale, decay, lr_scale in zip(
            vectors, means, squares, gradients, scales, self.decays, self.lr_scales, strict=True
        ):
            gradient.mul_(scale)
            mean.lerp_(gradient, 1 - beta1)
            square.lerp_(gradient.square_(), 1 - beta2)
            step = mean / (square / of_squares).sqrt_().add_(EPSILON)
            vector.mul_(1 - learning_rate * decay).sub_(step.mul_(lr_scale * learning_rate / of_means))
