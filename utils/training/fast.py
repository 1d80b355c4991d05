"""The same training step, compiled, for runs of many steps: `EagerStep` says what it does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from data.coordinates import N_COORDINATES
from models.vae import VAE, Noise
from utils.training.batch_scaling import StepSettings
from utils.training.schedules import averaging_weight
from utils.training.weights import flatten, weight_groups

# Compilation takes about half a minute the first time on a machine; each step then saves some 5 ms.
WORTHWHILE_STEPS = 6_000
# Only keeps the division finite, as in torch.optim.AdamW.
EPSILON = 1e-8


class FastStep:
    """What `EagerStep` does, in two compiled functions on weights that lie in one vector.

    Raises RuntimeError, in one line, if this machine cannot compile.
    """

    def __init__(
        self,
        model: VAE,
        average: VAE,
        n_points: int,
        settings: StepSettings,
        rng: torch.Generator,
        batch_size: int,
        compiled: Callable[..., Any] | None = None,
    ) -> None:
        self.model, self.n_points, self.settings, self.rng, self.n_done = model, n_points, settings, rng, 0
        groups = weight_groups(model)
        self.batch_size, self.parameters = batch_size, [p for group in groups for p in group.parameters]
        self.weights = flatten(self.parameters).detach()
        self.average = flatten([p for group in weight_groups(average) for p in group.parameters]).detach()
        self.mean, self.square = torch.zeros_like(self.weights), torch.zeros_like(self.weights)
        self.squared_length = self.weights.new_zeros(())
        sizes = torch.tensor([sum(p.numel() for p in group.parameters) for group in groups])
        self.lr_scale, self.decays = (
            torch.tensor(values, dtype=self.weights.dtype).repeat_interleave(sizes).to(self.weights.device)
            for values in ([group.lr_scale for group in groups], [group.decays for group in groups])
        )
        compiled = compiled or compile_function
        x = torch.zeros(batch_size, N_COORDINATES, device=self.weights.device)
        noise = model.sample_noise(batch_size, torch.Generator(x.device))
        self.gradient = compiled(self._gradient, x, noise, torch.tensor(1.0, device=x.device))
        vectors = [vector.clone() for vector in (self.weights, self.average, self.mean, self.square)]
        self.update = compiled(
            self._update, *vectors, vectors[0] + 1, self.squared_length.clone(), vectors[0].new_ones(5)
        )

    def __call__(self, x: Tensor, beta: float, learning_rate: float) -> Tensor:
        """One step on the batch `x (n, 5)`; returns the sums of reconstruction and KL over it, `(2,)`."""
        # The last batch of an epoch may be smaller than what the compiled code expects.
        gradient = self.gradient if len(x) == self.batch_size else self._gradient
        noise = self.model.sample_noise(len(x), self.rng)
        direction, losses = gradient(x, noise, torch.tensor(beta, device=x.device))
        self.n_done += 1
        decays = (*self.settings.betas, self.settings.length_decay)
        corrections = (1 - decay**self.n_done for decay in decays)
        numbers = [learning_rate, averaging_weight(self.n_done, self.settings.scale), *corrections]
        vectors = (self.weights, self.average, self.mean, self.square, direction, self.squared_length)
        self.update(*vectors, torch.tensor(numbers, device=x.device))
        return losses

    def state_dict(self) -> dict[str, Any]:
        """As that of `EagerStep`."""
        names = ("n_done", "mean", "square", "squared_length")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where the `state_dict` of any kind of step was taken."""
        self.n_done = state["n_done"]
        self.squared_length.copy_(state["squared_length"])
        self.mean.copy_(state["mean"])
        self.square.copy_(state["square"])

    def _gradient(self, x: Tensor, noise: Noise, beta: Tensor) -> tuple[Tensor, Tensor]:
        """The gradient of the loss as one vector; sums of reconstruction and KL. Changes nothing."""
        loss = self.model.loss(x, noise, self.n_points)
        total = loss.reconstruction.mean() + beta * loss.kl.mean() + loss.penalty
        gradients = torch.autograd.grad(total, self.parameters)
        losses = torch.stack([loss.reconstruction.sum(), loss.kl.sum()]).detach()
        return torch.cat([gradient.flatten() for gradient in gradients]), losses

    def _update(
        self,
        weights: Tensor,
        average: Tensor,
        mean: Tensor,
        square: Tensor,
        gradient: Tensor,
        squared_length: Tensor,
        numbers: Tensor,
    ) -> None:
        """Clip, AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2), average. Changes only its arguments.

        `numbers` are the learning rate, the weight of the average's newest member, and the three bias corrections.
        """
        learning_rate, newest, of_mean, of_square, of_length = numbers.unbind()
        beta1, beta2 = self.settings.betas
        squared_length.lerp_(gradient.square().sum(), 1 - self.settings.length_decay)
        length = (squared_length / of_length).sqrt()
        gradient = gradient * (self.settings.clip_norm / (length + 1e-6)).clamp(max=1)
        mean.lerp_(gradient, 1 - beta1)
        square.lerp_(gradient.square(), 1 - beta2)
        rates = learning_rate * self.lr_scale
        weights.mul_(1 - rates * (self.settings.weight_decay * self.decays))
        weights.sub_(rates / of_mean * mean / ((square / of_square).sqrt() + EPSILON))
        average.lerp_(weights, newest)


def compile_function(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """The pure `function`, compiled for arguments of the shapes of `example`.

    TorchInductor compiles it with the system's C++ compiler (Ansel et al. 2024, "PyTorch 2") and caches the result on
    disk. Raises RuntimeError, in one line, if that does not work on this machine.
    """
    try:
        # Allows a backward pass within the function.
        with torch._dynamo.config.patch(trace_autograd_ops=True):
            code = torch.compile(function, fullgraph=True, dynamic=False, options={"cpp_wrapper": True})
            code(*example)
    except Exception as error:
        # Whatever is missing or broken, the eager step still works.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise RuntimeError(lines[0] if lines else type(error).__name__) from None
    return code


def is_worthwhile(setting: str, n_steps: int) -> bool:
    """Whether to compile for a training of `n_steps`, given the `setting` auto, always or never."""
    return setting == "always" or (setting == "auto" and n_steps >= WORTHWHILE_STEPS)
