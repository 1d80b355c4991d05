"""AdamW on a few vectors of weights."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam


class AdamW:
    """What `torch.optim.AdamW(groups, lr, betas, fused=True)` computes, to the last bit.

    That class loads PyTorch's compiler before its first step, whether anything is compiled or not, which takes as long
    as to load the rest of PyTorch.
    Loshchilov & Hutter 2019, "Decoupled weight decay regularization" (arXiv 1711.05101).
    """

    def __init__(self, groups: list[dict[str, Any]], lr: float, betas: tuple[float, float]) -> None:
        self.param_groups, self.betas = [{"lr": lr, **group} for group in groups], betas
        # Of each group's vectors: the moving averages of the gradient and of its square, and the steps taken.
        self.state: list[tuple[list[Tensor], ...]] = [
            (
                [torch.zeros_like(vector) for vector in group["params"]],
                [torch.zeros_like(vector) for vector in group["params"]],
                [torch.zeros((), device=vector.device) for vector in group["params"]],
            )
            for group in groups
        ]

    @torch.no_grad()
    def step(self) -> None:
        """Change the weights by their gradients, `grad`."""
        for group, (means, squares, steps) in zip(self.param_groups, self.state, strict=True):
            adam(
                group["params"],
                [vector.grad for vector in group["params"]],
                means,
                squares,
                [],
                steps,
                fused=True,
                decoupled_weight_decay=True,
                amsgrad=False,
                maximize=False,
                lr=group["lr"],
                beta1=self.betas[0],
                beta2=self.betas[1],
                weight_decay=group["weight_decay"],
                eps=1e-8,
            )

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, besides the weights."""
        return {"state": self.state}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Continue from where `state_dict` was taken."""
        for ours, theirs in zip(self.state, saved["state"], strict=True):
            for tensors, others in zip(ours, theirs, strict=True):
                for tensor, other in zip(tensors, others, strict=True):
                    tensor.copy_(other)
