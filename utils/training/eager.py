"""A training step in plain PyTorch."""

from typing import Any

import torch
from torch import Tensor

from models.vae import VAE
from utils.training.batch_scaling import StepSettings
from utils.training.flat import flatten
from utils.training.schedules import averaging_weight


class EagerStep:
    """Moves the weights of `model`, and those of `average`, their moving average; `n_points` are trained on in all."""

    def __init__(self, model: VAE, average: VAE, n_points: int, settings: StepSettings, rng: torch.Generator) -> None:
        self.model, self.average, self.n_points = model, average, n_points
        self.settings, self.rng, self.n_done = settings, rng, 0
        self.groups = model.weight_groups()
        self.weights = [flatten(group.parameters) for group in self.groups]
        self.averages = [flatten(group.parameters) for group in average.weight_groups()]
        groups = [
            {
                "params": [vector],
                "lr_scale": group.lr_scale,
                "weight_decay": settings.weight_decay if group.decays else 0.0,
            }
            for vector, group in zip(self.weights, self.groups, strict=True)
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=settings.betas, fused=True)
        self.squared_length = torch.zeros((), device=self.weights[0].device)

    def __call__(self, x: Tensor, beta: float, learning_rate: float) -> Tensor:
        """One step on the batch `x (n, 5)`; returns the sums of reconstruction and KL over it, `(2,)`."""
        loss = self.model.loss(x, self.model.sample_noise(len(x), self.rng), self.n_points)
        total = loss.reconstruction.mean() + beta * loss.kl.mean() + loss.penalty
        self.optimizer.zero_grad(set_to_none=False)
        total.backward()
        self.n_done += 1
        self._clip()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate * group["lr_scale"]
        self.optimizer.step()
        with torch.no_grad():
            weight = averaging_weight(self.n_done, self.settings.scale)
            torch._foreach_lerp_(self.averages, self.weights, weight)
            return torch.stack([loss.reconstruction.sum(), loss.kl.sum()])

    @torch.no_grad()
    def _clip(self) -> None:
        """Scale the gradients down to `clip_norm`, if their length is larger.

        That is the root mean square length over the last 200 points or so. In small batches, to scale each gradient by
        its own length would give points with long gradients less weight than others, and the model would fit another
        distribution than that of the points.
        """
        gradients = [vector.grad for vector in self.weights if vector.grad is not None]
        self.squared_length.lerp_(torch.nn.utils.get_total_norm(gradients).square(), 1 - self.settings.length_decay)
        length = (self.squared_length / (1 - self.settings.length_decay**self.n_done)).sqrt()
        torch._foreach_mul_(gradients, (self.settings.clip_norm / (length + 1e-6)).clamp(max=1))

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, beside the weights and the random numbers."""
        states = [self.optimizer.state[parameter] for parameter in self.parameters]
        zeros = [torch.zeros_like(parameter) for parameter in self.parameters]
        return {
            "n_done": self.n_done,
            "means": [state.get("exp_avg", zero) for state, zero in zip(states, zeros, strict=True)],
            "squares": [state.get("exp_avg_sq", zero) for state, zero in zip(states, zeros, strict=True)],
            "squared_length": self.squared_length,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where the `state_dict` of any kind of step was taken."""
        self.n_done = state["n_done"]
        self.squared_length.copy_(state["squared_length"])
        for parameter, mean, square in zip(self.parameters, state["means"], state["squares"], strict=True):
            step = torch.tensor(float(self.n_done), device=parameter.device)
            self.optimizer.state[parameter] = {
                "step": step,
                "exp_avg": mean.to(parameter).clone(),
                "exp_avg_sq": square.to(parameter).clone(),
            }
