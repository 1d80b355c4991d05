"""A training step in plain PyTorch."""

from typing import Any

import torch
from torch import Tensor

from models.vae import VAE
from utils.training.batch_scaling import StepSettings
from utils.training.schedules import averaging_weight
from utils.training.weights import flatten, weight_groups


class EagerStep:
    """Moves the weights of `model`, and those of `average`, their moving average; `n_points` are trained on in all."""

    def __init__(self, model: VAE, average: VAE, n_points: int, settings: StepSettings, rng: torch.Generator) -> None:
        self.model, self.n_points, self.settings, self.rng, self.n_done = model, n_points, settings, rng, 0
        groups = weight_groups(model)
        self.weights = [flatten(group.parameters) for group in groups]
        self.averages = [flatten(group.parameters) for group in weight_groups(average)]
        options = [
            {"params": [vector], "weight_decay": settings.weight_decay * group.decays, "lr_scale": group.lr_scale}
            for vector, group in zip(self.weights, groups, strict=True)
        ]
        self.optimizer = torch.optim.AdamW(options, betas=settings.betas, fused=True)
        self.squared_length = self.weights[0].new_zeros(())

    def __call__(self, x: Tensor, beta: float, learning_rate: float) -> Tensor:
        """One step on the batch `x (n, 5)`; returns the sums of reconstruction and KL over it, `(2,)`."""
        self.n_done += 1
        loss = self.model.loss(x, self.model.sample_noise(len(x), self.rng), self.n_points)
        total = loss.reconstruction.mean() + beta * loss.kl.mean() + loss.penalty
        self.optimizer.zero_grad(set_to_none=False)
        total.backward()
        self._clip([vector.grad for vector in self.weights if vector.grad is not None])
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate * group["lr_scale"]
        self.optimizer.step()
        with torch.no_grad():
            for average, vector in zip(self.averages, self.weights, strict=True):
                average.lerp_(vector, averaging_weight(self.n_done, self.settings.scale))
            return torch.stack([loss.reconstruction.sum(), loss.kl.sum()])

    @torch.no_grad()
    def _clip(self, gradients: list[Tensor]) -> None:
        """Scale the `gradients` down to `clip_norm`, if their length is larger.

        That is the root mean square length over the last 200 points or so. In small batches, to scale each gradient by
        its own length would give points with long gradients less weight than others, and the model would fit another
        distribution than that of the points.
        """
        decay = self.settings.length_decay
        squares = torch.stack([gradient.square().sum() for gradient in gradients])
        self.squared_length.lerp_(squares.sum(), 1 - decay)
        length = (self.squared_length / (1 - decay**self.n_done)).sqrt()
        for gradient in gradients:
            gradient.mul_((self.settings.clip_norm / (length + 1e-6)).clamp(max=1))

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, beside the weights and the random numbers."""
        states = [self.optimizer.state[vector] for vector in self.weights]
        zeros = [torch.zeros_like(vector.detach()) for vector in self.weights]
        mean, square = (
            torch.cat([state.get(name, zero) for state, zero in zip(states, zeros, strict=True)])
            for name in ("exp_avg", "exp_avg_sq")
        )
        return {"n_done": self.n_done, "mean": mean, "square": square, "squared_length": self.squared_length}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where the `state_dict` of any kind of step was taken."""
        self.n_done = state["n_done"]
        self.squared_length.copy_(state["squared_length"])
        sizes = [len(vector) for vector in self.weights]
        for vector, mean, square in zip(
            self.weights, state["mean"].split(sizes), state["square"].split(sizes), strict=True
        ):
            step = vector.new_tensor(self.n_done)
            self.optimizer.state[vector] = {
                "step": step.detach(),
                "exp_avg": mean.to(vector.device).clone(),
                "exp_avg_sq": square.to(vector.device).clone(),
            }
