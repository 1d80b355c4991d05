"""The building blocks that both models share."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Harmonics(nn.Module):
    """Features cos(pi k v), k = 1 ... n, of a number v in [0, 1]: a linear map of them is a smooth curve in v.

    `(...)` in, `(..., n)` out. Tancik et al. 2020, "Fourier features let networks learn high frequency functions in low
    dimensional domains" (arXiv 2006.10739), with the frequencies of the cosine transform.
    """

    frequencies: Tensor

    def __init__(self, n: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", math.pi * torch.arange(1, n + 1), persistent=False)

    def forward(self, v: Tensor) -> Tensor:
        return torch.cos(v.unsqueeze(-1) * self.frequencies)


class LinearEach(nn.Module):
    """One linear map for each of `count` slots: `(n, count, inputs)` in, `(n, count, outputs)` out."""

    def __init__(self, count: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(count, inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(count, outputs))

    def forward(self, h: Tensor) -> Tensor:
        return torch.einsum("nki,kio->nko", h, self.weight) + self.bias


class ResidualBlock(nn.Module):
    """h + W2 relu(W1 norm(h)): `(..., width)` in and out (He et al. 2016, arXiv 1603.05027)."""

    def __init__(self, width: int, hidden_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, hidden_dim)
        self.contract = nn.Linear(hidden_dim, width)

    def forward(self, h: Tensor) -> Tensor:
        return h + self.contract(F.relu(self.expand(self.norm(h))))


class SelfAttention(nn.Module):
    """h + W attention(norm(h)) over a sequence of tokens: `(n, tokens, width)` in and out.

    Vaswani et al. 2017, "Attention is all you need" (arXiv 1706.03762), equation 1, with the norm before the attention
    instead of after.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        # Without biases: those of the keys have no effect, but Adam turns their gradients' rounding into steps.
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width)
        self.n_heads = n_heads

    def forward(self, h: Tensor) -> Tensor:
        n, tokens, width = h.shape
        # To (3, n, heads, tokens, width / heads).
        heads = self.query_key_value(self.norm(h)).view(n, tokens, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*heads.unbind(0)).transpose(1, 2)
        return h + self.project(mixed.reshape(n, tokens, width))


class Transformer(nn.Module):
    """Blocks of self-attention and a residual network: tokens `(n, tokens, width)` in and out."""

    def __init__(self, width: int, hidden_dim: int, n_heads: int, n_blocks: int) -> None:
        super().__init__()
        blocks = ((SelfAttention(width, n_heads), ResidualBlock(width, hidden_dim)) for _ in range(n_blocks))
        self.blocks = nn.Sequential(*(layer for block in blocks for layer in block), nn.LayerNorm(width))

    def forward(self, h: Tensor) -> Tensor:
        tokens: Tensor = self.blocks(h)
        return tokens
