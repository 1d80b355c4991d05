"""A training step in plain PyTorch."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw

from models.vae import VAE, Noise
from utils.training.batch_scaling import StepSettings
from utils.training.schedules import averaging_weight
from utils.training.weights import flatten, weight_groups


class EagerStep:
    """Moves the weights of `model`, and those of `average`, their moving average; `n_points` are trained on in all.

    All weights lie in one vector, as do their gradients, their average and the two means that Adam keeps.
    """

    def __init__(self, model: VAE, average: VAE, n_points: int, settings: StepSettings, rng: torch.Generator) -> None:
        self.model, self.n_points, self.settings, self.rng, self.n_done = model, n_points, settings, rng, 0
        self.groups = weight_groups(model)
        self.parameters = [parameter for group in self.groups for parameter in group.parameters]
        self.sizes = [sum(parameter.numel() for parameter in group.parameters) for group in self.groups]
        self.weights = flatten(self.parameters)
        self.average = flatten([parameter for group in weight_groups(average) for parameter in group.parameters])
        self.mean, self.square = torch.zeros_like(self.weights), torch.zeros_like(self.weights)
        self.squared_length = self.weights.new_zeros(())

    def __call__(self, x: Tensor, beta: float, learning_rate: float) -> Tensor:
        """One step on the batch `x (n, 5)`; returns the sums of reconstruction and KL over it, `(2,)`."""
        gradient, losses = self.gradient(x, self.model.sample_noise(len(x), self.rng), beta)
        self.n_done += 1
        self.adamw(self.clipped(gradient), learning_rate)
        self.average.lerp_(self.weights, averaging_weight(self.n_done, self.settings.scale))
        return losses

    def gradient(self, x: Tensor, noise: Noise, beta: float | Tensor) -> tuple[Tensor, Tensor]:
        """The gradient of the loss with respect to all weights; sums of reconstruction and KL. Changes nothing."""
        loss = self.model.loss(x, noise, self.n_points)
        total = loss.reconstruction.mean() + beta * loss.kl.mean() + loss.penalty
        # As total.backward() would compute it.
        gradients = torch.autograd.grad(total, self.parameters, materialize_grads=True)
        losses = torch.stack([loss.reconstruction.sum(), loss.kl.sum()]).detach()
        return torch.cat([gradient.flatten() for gradient in gradients]), losses

    def clipped(self, gradient: Tensor) -> Tensor:
        """The `gradient`, scaled down to `clip_norm` if its length is larger.

        That is the root mean square length over the last 200 points or so. In small batches, to scale each gradient by
        its own length would give points with long gradients less weight than others, and the model would fit another
        distribution than that of the points.
        """
        decay = self.settings.length_decay
        self.squared_length.lerp_(gradient.square().sum(), 1 - decay)
        length = (self.squared_length / (1 - decay**self.n_done)).sqrt()
        return gradient * (self.settings.clip_norm / (length + 1e-6)).clamp(max=1)

    def adamw(self, gradient: Tensor, learning_rate: float) -> None:
        """Move the weights against the clipped `gradient` (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2)."""
        vectors = (self.weights, gradient, self.mean, self.square)
        beta1, beta2 = self.settings.betas
        parts = zip(*(vector.split(self.sizes) for vector in vectors), strict=True)
        for group, (weights, direction, mean, square) in zip(self.groups, parts, strict=True):
            # The function behind torch.optim.AdamW, because the class imports PyTorch's compiler, which takes a second.
            adamw(
                [weights],
                [direction],
                [mean],
                [square],
                max_exp_avg_sqs=[],
                state_steps=[gradient.new_tensor(self.n_done - 1)],
                fused=True,
                amsgrad=False,
                beta1=beta1,
                beta2=beta2,
                lr=learning_rate * group.lr_scale,
                weight_decay=self.settings.weight_decay * group.decays,
                eps=1e-8,
                maximize=False,
            )

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, beside the weights and the random numbers."""
        return {name: getattr(self, name) for name in ("n_done", "mean", "square", "squared_length")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where the `state_dict` of any kind of step was taken."""
        self.n_done = state["n_done"]
        for name in ("mean", "square", "squared_length"):
            getattr(self, name).copy_(state[name])
