"""The VAE with attention: what its networks see is tokens that attend to each other."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.point_vae import PointVAE
from models.vanilla import residual_mlp

# Tuned (docs/design.md).
WIDTH = 16


class AttentionVAE(PointVAE):
    """Residual multilayer perceptrons as in the vanilla VAE, each behind a layer of self-attention.

    Tokens are the five coordinates in the encoder, the latents in the decoder, and two halves of the fields for colors.
    """

    def network(self, tokens: int, features: int, outputs: int, blocks: int = 1) -> nn.Sequential:
        attention = [Embedding(tokens, features, WIDTH), SelfAttention(WIDTH), nn.Flatten()]
        return nn.Sequential(*attention, *residual_mlp(tokens * WIDTH, self.hidden_dim, outputs, blocks))


class Embedding(nn.Module):
    """Tokens: a linear map of their features, the same for all, plus a learned position: `(n, tokens, width)`."""

    def __init__(self, tokens: int, features: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, width, bias=False)
        self.position = nn.Parameter(torch.randn(tokens, width))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.position


class SelfAttention(nn.Module):
    """h + W attention(h) over a sequence of tokens: `(n, tokens, width)` in and out.

    Vaswani et al. 2017, "Attention is all you need" (arXiv 1706.03762), equation 1.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        # Without biases: those of the keys have no effect, but Adam turns their gradients' rounding into steps.
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width)

    def forward(self, h: Tensor) -> Tensor:
        # With a dimension for the one head, PyTorch takes its fused kernel.
        query, key, value = self.query_key_value(h).unsqueeze(1).chunk(3, -1)
        return h + self.project(F.scaled_dot_product_attention(query, key, value).squeeze(1))
