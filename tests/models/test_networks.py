import math

import torch
from torch import nn
from torch.nn import functional as F

from models.attention import Attention
from models.point_vae import harmonics
from models.vanilla import ResidualBlock


def test_harmonics_are_cosines_of_whole_and_half_periods():
    features = harmonics(torch.tensor([[0.0, 0.5], [1.0, 1 / 3]]))

    expected = [[[1.0, 1, 1, 1], [0, -1, 0, 1]], [[-1, 1, -1, 1], [0.5, -0.5, -1, -0.5]]]
    torch.testing.assert_close(features, torch.tensor(expected).flatten(1), atol=1e-6, rtol=0)


def test_a_residual_block_adds_a_network_of_the_normalized_input(torch_rng: torch.Generator):
    block = ResidualBlock(8, 16)
    h = 3 + 5 * torch.randn(4, 8, generator=torch_rng)

    hidden = F.relu(F.linear(F.layer_norm(h, (8,)), block.expand.weight, block.expand.bias))

    torch.testing.assert_close(block(h), h + F.linear(hidden, block.contract.weight, block.contract.bias))


def test_attention_to_prototypes_is_that_of_the_papers_equation(torch_rng: torch.Generator):
    layer = Attention(8, 4, nn.Linear(8, 4))
    h = torch.randn(3, 8, generator=torch_rng)

    weights = (layer.query(h) @ layer.keys.T / math.sqrt(4)).softmax(-1)

    torch.testing.assert_close(layer(h), layer.linear(h) + weights @ layer.values)
