"""Compile the training step when it runs often enough to repay compilation."""

from collections.abc import Callable
from typing import Any

import torch

# Compilation takes about half a minute the first time on a machine; each step then saves some 5 ms.
WORTHWHILE_STEPS = 6_000


def is_worthwhile(setting: str, n_steps: int) -> bool:
    """Whether to compile for a training of `n_steps`, given the `setting` auto, always or never."""
    return setting == "always" or (setting == "auto" and n_steps >= WORTHWHILE_STEPS)


def compiled(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
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
        # Whatever is missing or broken, the function itself still works.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise RuntimeError(lines[0] if lines else type(error).__name__) from None
    return code
