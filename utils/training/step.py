"""What a training step does to the weights, once it has their gradient: clip it, AdamW, average."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from models.vae import VAE
from utils.settings.schedules import StepSettings, averaging_weight
from utils.system.errors import reason_of


class AdamW(nn.Module):
    """Moves the weights of `model`, and those of `average`, their moving average.

    All weights lie in one vector, which is quicker than many small tensors. Matrices decay; what a module names in
    `lr_scale` learns faster than the rest.
    """

    def __init__(self, model: VAE, average: VAE, settings: StepSettings) -> None:
        super().__init__()
        self.settings = settings
        self.weights, self.average = flattened(model), flattened(average)
        # With the weights, all that an update changes; state_dict() has buffers.
        self.mean, self.square = (nn.Buffer(torch.zeros_like(self.weights)) for _ in range(2))
        self.squared_length = nn.Buffer(self.weights.new_zeros(()))
        self.state = self.weights, self.average, self.mean, self.square, self.squared_length
        rules = []
        for name, parameter in model.named_parameters():
            module, _, own_name = name.rpartition(".")
            lr_scale = getattr(model.get_submodule(module), "lr_scale", {}).get(own_name, 1.0)
            decay = float(own_name == "weight" and parameter.dim() > 1)
            rules.append(self.weights.new_tensor([[lr_scale], [decay]]).expand(2, parameter.numel()))
        self.lr_scale, self.decay = torch.cat(rules, 1)

    def move(self, gradient: Tensor, learning_rate: float, step: int) -> None:
        """Move the weights against the `gradient`, in the step that is counted as `step` from 1."""
        decays = (*self.settings.betas, self.settings.length_decay)
        numbers = [learning_rate, averaging_weight(step, self.settings.scale), *(1 - decay**step for decay in decays)]
        self.update(gradient, self.weights.new_tensor(numbers), *self.state)

    def update(self, gradient: Tensor, numbers: Tensor, *state: Tensor) -> None:
        """Clip, AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2), average. Changes only the `state`.

        `numbers` are the learning rate, the weight of the average's newest member, and the three bias corrections. The
        gradient is clipped by its root mean square length over the last 200 points or so: in small batches, to scale
        each by its own length would give points with long gradients less weight than others, and the model would fit
        another distribution than that of the points.
        """
        weights, average, mean, square, squared_length = state
        learning_rate, newest, of_mean, of_square, of_length = numbers.unbind()
        beta1, beta2 = self.settings.betas
        squared_length.lerp_(gradient.square().sum(), 1 - self.settings.length_decay)
        length = (squared_length / of_length).sqrt()
        gradient = gradient * (self.settings.clip_norm / (length + 1e-6)).clamp(max=1)
        mean.lerp_(gradient, 1 - beta1)
        square.lerp_(gradient.square(), 1 - beta2)
        rates = learning_rate * self.lr_scale
        weights.mul_(1 - rates * self.settings.weight_decay * self.decay)
        weights.sub_(rates / of_mean * mean / ((square / of_square).sqrt() + 1e-8))
        average.lerp_(weights, newest)

    def compile(self) -> None:
        """Compile all further updates."""
        example = self.weights + 1, self.weights.new_ones(5), *(part.clone() for part in self.state)
        self.update = compiled(self.update, *example)  # type: ignore[method-assign]


def flattened(model: nn.Module) -> Tensor:
    """All parameters of `model` in one vector, of which they are views from now on."""
    vector = nn.utils.parameters_to_vector(model.parameters()).detach()
    nn.utils.vector_to_parameters(vector, model.parameters())
    return vector


def compiled(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """The pure `function`, compiled for arguments of the shapes of `example`. It draws the same random numbers.

    TorchInductor compiles it with the system's C++ compiler (Ansel et al. 2024, "PyTorch 2") and caches the result on
    disk. Raises RuntimeError, in one line, if that does not work on this machine.
    """
    options: dict[str, Any] = {"cpp_wrapper": True, "fallback_random": True}
    try:
        # Allows a backward pass within the function.
        with torch._dynamo.config.patch(trace_autograd_ops=True), torch.random.fork_rng():
            code = torch.compile(function, fullgraph=True, dynamic=False, options=options)
            code(*example)
    except Exception as error:
        # Whatever is missing or broken, the eager step still works.
        raise RuntimeError(reason_of(error)) from None
    return code
