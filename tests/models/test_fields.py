import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.fields import COEFFICIENT_SPEED, SHAPE_SPEED, Fields, log_scales, squared_sums


@pytest.fixture
def fields() -> Fields:
    torch.manual_seed(0)
    return Fields(n_fields=3, n_harmonics=6)


def scales(fields: Fields) -> torch.Tensor:
    return log_scales(fields.squared_frequencies, *(SHAPE_SPEED * fields.shape)).exp()


def test_a_field_is_the_sum_of_its_scaled_cosines(fields: Fields):
    x, y = 0.3, 0.8
    coefficients = (2 * COEFFICIENT_SPEED * fields.mean * scales(fields)).tolist()
    pairs = [(j, k) for j in range(6) for k in range(6)][1:]

    expected = [
        sum(
            c[field] * math.cos(math.pi * j * x) * math.cos(math.pi * k * y)
            for c, (j, k) in zip(coefficients, pairs, strict=True)
        )
        for field in range(3)
    ]

    assert fields(torch.tensor([[x, y]]))[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_drawn_field_has_the_mean_and_the_spread_of_drawn_coefficients(fields: Fields, torch_rng: torch.Generator):
    with torch.no_grad():
        fields.log_std.normal_(-0.3, 0.3)
    place = torch.tensor([[0.3, 0.8]])
    noise = torch.randn(20_000, 3, generator=torch_rng)
    drawn = fields(place.expand(len(noise), 2), noise)

    posterior = Normal(COEFFICIENT_SPEED * fields.mean, torch.exp(COEFFICIENT_SPEED * fields.log_std))
    values = []
    for _ in range(2000):
        with torch.no_grad():
            fields.mean.copy_(posterior.sample() / COEFFICIENT_SPEED)
        values.append(fields(place)[0])

    sampled = torch.stack(values)
    torch.testing.assert_close(drawn.mean(0), sampled.mean(0), atol=0.1, rtol=0.05)
    torch.testing.assert_close(drawn.std(0), sampled.std(0), atol=0, rtol=0.1)


def test_the_kl_is_that_of_normals(fields: Fields):
    posterior = Normal(COEFFICIENT_SPEED * fields.mean, torch.exp(COEFFICIENT_SPEED * fields.log_std))

    assert fields.kl().item() == pytest.approx(kl_divergence(posterior, Normal(0.0, 1.0)).sum().item(), rel=1e-4)


def test_a_field_of_higher_frequency_varies_faster(fields: Fields):
    with torch.no_grad():
        fields.shape[1] = torch.tensor([0.5, 2.0, 8.0]).log() / SHAPE_SPEED

    of_high_frequencies = scales(fields)[fields.squared_frequencies[:, 0] > 9].square().sum(0)

    assert of_high_frequencies[0] < of_high_frequencies[1] < of_high_frequencies[2]


def test_the_sum_of_the_scales_squares_is_that_of_the_gain():
    gain, one = torch.tensor(3.0).log(), torch.tensor(1.0)

    scale = log_scales(squared_sums(8), gain, one, one, torch.randn(8 * 8)).exp()

    assert scale.square().sum().item() == pytest.approx(9, rel=1e-5)
