"""The VAE with attention: its networks ask learned prototypes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.point_vae import PointVAE
from models.vanilla import WIDTH, residual_mlp

N_PROTOTYPES = 64  # tuned (docs/design.md)


class AttentionVAE(PointVAE):
    """Residual multilayer perceptrons as in the vanilla VAE, whose first layer adds attention to prototypes."""

    def network(self, inputs: int, outputs: int, blocks: int = 1) -> nn.Sequential:
        first, *others = residual_mlp(inputs, self.hidden_dim, outputs, blocks)
        return nn.Sequential(Attention(inputs, WIDTH, first), *others)


class Attention(nn.Module):
    """linear(h) + attention of h `(n, inputs)` to learned keys and values, `(n, width)`:

        softmax(query(h) keys^T / sqrt(width)) values.

    Vaswani et al. 2017, "Attention is all you need" (arXiv 1706.03762), equation 1, with keys and values that are
    weights, as in Sukhbaatar et al. 2019, "Augmenting self-attention with persistent memory" (arXiv 1907.01470).
    """

    def __init__(self, inputs: int, width: int, linear: nn.Module) -> None:
        super().__init__()
        self.linear, self.query = linear, nn.Linear(inputs, width, bias=False)
        self.keys = nn.Parameter(torch.randn(N_PROTOTYPES, width))
        self.values = nn.Parameter(torch.randn(N_PROTOTYPES, width))

    def forward(self, h: Tensor) -> Tensor:
        # With dimensions for one batch and one head, PyTorch takes its fused kernel.
        query, keys, values = (part[None, None] for part in (self.query(h), self.keys, self.values))
        attended: Tensor = F.scaled_dot_product_attention(query, keys, values)
        return self.linear(h) + attended[0, 0]
