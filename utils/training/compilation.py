"""Compilation: machine code of its own for a function that is called so often that making it pays."""

from collections.abc import Callable

import torch

# So many training steps pay for the making, which takes half a minute to a minute the first time on a machine.
WORTHWHILE_STEPS = 10_000


def is_worthwhile(setting: str, n_steps: int) -> bool:
    """Whether to compile the step of a training of `n_steps`, as the `setting` (auto, always or never) has it."""
    return setting == "always" or (setting == "auto" and n_steps >= WORTHWHILE_STEPS)


def compiled(function: Callable, *example: torch.Tensor) -> Callable:
    """Machine code that does what the pure `function` does, for arguments of the shapes of `example` only.

    TorchInductor makes it, with the system's C++ compiler (Ansel et al. 2024, "PyTorch 2"); what was made before is
    found again in its cache. Raises RuntimeError, in one line, where that does not work on this machine.
    """
    try:
        # So that a backward pass inside of the function is compiled along with it.
        with torch._dynamo.config.patch(trace_autograd_ops=True):
            code = torch.compile(function, fullgraph=True, dynamic=False)
            code(*example)
    except Exception as error:
        # Whatever is missing or broken, the function itself still does.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise RuntimeError(lines[0] if lines else type(error).__name__) from None
    return code
