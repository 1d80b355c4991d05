"""The layers that networks are made of, each against its equation."""

import math

import torch
from torch.nn import functional as F

from models.attention import SelfAttention
from models.point_vae import harmonics
from models.vanilla import ResidualBlock


def test_harmonics_are_cosines_of_whole_and_half_periods():
    features = harmonics(torch.tensor([[0.0, 0.5], [1.0, 1 / 3]]))

    expected = [[[1, 1, 1, 1], [0, -1, 0, 1]], [[-1, 1, -1, 1], [0.5, -0.5, -1, -0.5]]]
    torch.testing.assert_close(features, torch.tensor(expected, dtype=torch.float32), atol=1e-6, rtol=0)


def test_a_residual_block_adds_a_network_of_the_normalized_input(torch_rng: torch.Generator):
    block = ResidualBlock(8, 16)
    h = 3 + 5 * torch.randn(4, 8, generator=torch_rng)

    hidden = F.relu(F.linear(F.layer_norm(h, (8,)), block.expand.weight, block.expand.bias))

    torch.testing.assert_close(block(h), h + F.linear(hidden, block.contract.weight, block.contract.bias))


def test_attention_is_that_of_the_papers_equation(torch_rng: torch.Generator):
    layer = SelfAttention(8)
    h = torch.randn(3, 4, 8, generator=torch_rng)

    query, key, value = (h @ weight.T for weight in layer.query_key_value.weight.chunk(3))
    attended = (query @ key.transpose(1, 2) / math.sqrt(8)).softmax(-1) @ value

    torch.testing.assert_close(layer(h), h + layer.project(attended))
