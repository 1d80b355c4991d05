"""The same training step, compiled, for runs of many steps: `EagerStep` says what it does."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from data.coordinates import N_COORDINATES
from models.vae import VAE
from utils.training.batch_scaling import StepSettings
from utils.training.eager import EagerStep
from utils.training.schedules import averaging_weight


class FastStep(EagerStep):
    """An `EagerStep` in two compiled functions. Prints, between the two, how long compilation may take yet.

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
    ) -> None:
        super().__init__(model, average, n_points, settings, rng)
        self.batch_size = batch_size
        sizes, like = torch.tensor(self.sizes), self.weights
        self.lr_scale, self.decays = (
            torch.tensor(values, dtype=like.dtype).repeat_interleave(sizes).to(like.device)
            for values in ([group.lr_scale for group in self.groups], [group.decays for group in self.groups])
        )
        vectors = [vector.clone() for vector in (self.weights, self.average, self.mean, self.square)]
        start = time.monotonic()
        self.update = compile_function(self._update, *vectors, like + 1, self.squared_length.clone(), like.new_ones(5))
        # Measured: the gradient takes half as long as this, or, the first time on a machine, two to four times as long.
        print(f"compiling: at most {4 * (time.monotonic() - start):.0f} s left")
        x = torch.zeros(batch_size, N_COORDINATES, device=like.device)
        noise = model.sample_noise(batch_size, torch.Generator(x.device))
        self.compiled_gradient = compile_function(self.gradient, x, noise, torch.tensor(1.0, device=x.device))

    def __call__(self, x: Tensor, beta: float, learning_rate: float) -> Tensor:
        """One step on the batch `x (n, 5)`; returns the sums of reconstruction and KL over it, `(2,)`."""
        # The last batch of an epoch may be smaller than what the compiled code expects.
        gradient = self.compiled_gradient if len(x) == self.batch_size else self.gradient
        noise = self.model.sample_noise(len(x), self.rng)
        direction, losses = gradient(x, noise, torch.tensor(beta, device=x.device))
        self.n_done += 1
        decays = (*self.settings.betas, self.settings.length_decay)
        corrections = (1 - decay**self.n_done for decay in decays)
        numbers = [learning_rate, averaging_weight(self.n_done, self.settings.scale), *corrections]
        vectors = (self.weights, self.average, self.mean, self.square, direction, self.squared_length)
        self.update(*vectors, torch.tensor(numbers, device=x.device))
        return losses

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
        weights.sub_(rates / of_mean * mean / ((square / of_square).sqrt() + 1e-8))
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
    # Compilation takes about half a minute the first time on a machine; each step then saves some 5 ms.
    return setting == "always" or (setting == "auto" and n_steps >= 6000)
