"""The building blocks that both models share."""

import math
from typing import Any

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
    """One linear map for each of `count` slots: `(n, count, inputs)` in, `(n, count, outputs)` out.

    With `slots`, only those maps are applied: `(n, len(slots), inputs)` in.
    """

    def __init__(self, count: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(count, inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(count, outputs))

    def forward(self, h: Tensor, slots: slice = slice(None)) -> Tensor:
        return torch.einsum("nki,kio->nko", h, self.weight[slots]) + self.bias[slots]


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

    With `causal`, a token attends to itself and those before it. Vaswani et al. 2017, "Attention is all you need"
    (arXiv 1706.03762), equation 1, with the norm before the attention instead of after.
    """

    def __init__(self, width: int, n_heads: int, causal: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.n_heads, self.causal = n_heads, causal

    def forward(self, h: Tensor, past: Tensor | None = None, skip: int = 0) -> tuple[Tensor, Tensor]:
        """The new `h`, and the keys and values `(n, tokens, 2, heads, width / heads)` of all tokens so far.

        `past` holds the keys and values of the tokens before `h`; `h` is then the single token that follows them. The
        first `skip` tokens are attended to, but not returned.
        """
        n, tokens, width = h.shape
        heads = self.query_key_value(self.norm(h)).view(n, tokens, 3, self.n_heads, -1)
        query, keys_values = heads[:, skip:, 0], heads[:, :, 1:]
        if past is not None:
            keys_values = torch.cat([past, keys_values], dim=1)
        key, value = keys_values.unbind(2)
        if query.shape[1] == 1:
            # A single query, which attends to all tokens: sums of products beat the kernel made for long sequences.
            scores = (query * key).sum(-1, keepdim=True) / math.sqrt(query.shape[-1])
            mixed = (scores.softmax(1) * value).sum(1, keepdim=True)
        else:
            mask = torch.ones(tokens, tokens, dtype=torch.bool, device=h.device).tril()[skip:] if self.causal else None
            query, key, value = (part.transpose(1, 2) for part in (query, key, value))
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)
        return h[:, skip:] + self.project(mixed.reshape(n, -1, width)), keys_values


class Transformer(nn.Module):
    """Blocks of self-attention and a residual network: tokens `(n, tokens, width)` in and out."""

    def __init__(self, width: int, hidden_dim: int, n_heads: int, n_blocks: int, causal: bool) -> None:
        super().__init__()
        self.attentions = nn.ModuleList(SelfAttention(width, n_heads, causal) for _ in range(n_blocks))
        self.networks = nn.ModuleList(ResidualBlock(width, hidden_dim) for _ in range(n_blocks))
        self.norm = nn.LayerNorm(width)

    def forward(self, h: Tensor, past: list[Tensor] | None = None, skip: int = 0) -> Tensor:
        """The tokens after all blocks, without the first `skip`, which the last block then need not compute.

        `past` is a key/value cache: pass an empty list on the first call and the same list afterwards. With a filled
        cache, only the last token of `h` is computed and returned.
        """
        remembered: list[Any] = past or [None] * len(self.networks)
        if past:
            h = h[:, -1:]
        last = len(self.networks) - 1
        for block, (attention, network) in enumerate(zip(self.attentions, self.networks, strict=True)):
            h, remembered[block] = attention(h, remembered[block], skip if block == last else 0)
            h = network(h)
        if past is not None:
            past[:] = remembered
        return self.norm(h)
