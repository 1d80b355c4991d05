import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from models.layers import Harmonics, LinearEach, ResidualBlock, SelfAttention, Transformer


def test_harmonics_are_cosines_of_whole_and_half_periods():
    features = Harmonics(3)(torch.tensor([[0.0, 0.5], [1.0, 1 / 3]]))

    expected = [[[1, 1, 1], [0, -1, 0]], [[-1, 1, -1], [0.5, -0.5, -1]]]
    assert torch.allclose(features, torch.tensor(expected, dtype=torch.float32), atol=1e-6)


def test_each_slot_has_a_linear_map_of_its_own(torch_rng: torch.Generator):
    layer = LinearEach(3, 4, 2)
    torch.nn.init.normal_(layer.bias)
    h = torch.randn(5, 3, 4, generator=torch_rng)

    expected = torch.stack([h[:, k] @ layer.weight[k] + layer.bias[k] for k in range(3)], dim=1)

    assert torch.allclose(layer(h), expected, atol=1e-6)


def test_a_residual_block_adds_a_network_of_the_normalized_input(torch_rng: torch.Generator):
    block = ResidualBlock(8, 16)
    h = 3 + 5 * torch.randn(4, 8, generator=torch_rng)

    network = F.linear(
        F.relu(F.linear(F.layer_norm(h, (8,)), block.expand.weight, block.expand.bias)),
        block.contract.weight,
        block.contract.bias,
    )

    assert torch.allclose(block(h), h + network, atol=1e-5)


def attended(layer: SelfAttention, h: Tensor) -> Tensor:
    """Equation 1 of the paper, head by head and token by token."""
    query, key, value = layer.query_key_value(F.layer_norm(h, h.shape[-1:])).chunk(3, dim=-1)
    heads = []
    for q, k, v in zip(*(part.chunk(layer.n_heads, dim=-1) for part in (query, key, value)), strict=True):
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        heads.append(scores.softmax(-1) @ v)
    return h + layer.project(torch.cat(heads, dim=-1))


@pytest.mark.parametrize("tokens", [1, 4])
def test_attention_is_that_of_the_papers_equation(torch_rng: torch.Generator, tokens: int):
    layer = SelfAttention(8, n_heads=2)
    h = torch.randn(3, tokens, 8, generator=torch_rng)

    assert torch.allclose(layer(h), attended(layer, h), atol=1e-5)


def test_a_transformer_treats_its_tokens_alike(torch_rng: torch.Generator):
    transformer = Transformer(8, 16, n_heads=2, n_blocks=2)
    h = torch.randn(3, 4, 8, generator=torch_rng)

    assert torch.allclose(transformer(h.flip(1)), transformer(h).flip(1), atol=1e-5)
