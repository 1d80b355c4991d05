import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.fields import (
    COEFFICIENT_SPEED,
    PATTERN_HARMONICS,
    SHAPE_SPEED,
    SMOOTH_HARMONICS,
    Fields,
    UncertainSums,
    matern_scales,
    squared_sums,
)


@pytest.fixture
def fields() -> Fields:
    torch.manual_seed(0)
    return Fields(n_smooth=2, n_patterns=2)


@pytest.fixture
def sums() -> UncertainSums:
    torch.manual_seed(0)
    return UncertainSums(squared_sums(6)[1:], n_sums=(3,), frequency=4.0, decay=2.5)


def scales(sums: UncertainSums) -> torch.Tensor:
    return matern_scales(sums.squared_frequencies, *(SHAPE_SPEED * sums.shape))


def coefficients(sums: UncertainSums) -> torch.Tensor:
    return COEFFICIENT_SPEED * sums.mean * scales(sums)


def cosines(v: float, n: int) -> torch.Tensor:
    return math.sqrt(2) * torch.tensor([math.cos(math.pi * k * v) for k in range(n)])


def test_a_smooth_field_is_the_sum_of_its_scaled_cosines(fields: Fields):
    x, y = (cosines(v, SMOOTH_HARMONICS) for v in (0.3, 0.8))

    expected = coefficients(fields.smooth) @ torch.outer(x, y).flatten()[1:]

    torch.testing.assert_close(fields(torch.tensor([[0.3, 0.8]]))[0, :2], expected, atol=1e-4, rtol=1e-4)


def test_a_pattern_is_a_product_of_sums_along_rows_and_columns_or_along_the_diagonals(fields: Fields):
    along = [cosines(v, PATTERN_HARMONICS) for v in (0.3, 0.8, (0.3 + 0.8) / 2, (1 + 0.3 - 0.8) / 2)]

    row, column, diagonal, other = (1 + c @ x for x, c in zip(along, coefficients(fields.repeating), strict=True))
    expected = torch.cat([row * column, diagonal * other])

    torch.testing.assert_close(fields(torch.tensor([[0.3, 0.8]]))[0, 2:], expected, atol=1e-4, rtol=1e-4)


def test_every_draw_disturbs_one_sum(fields: Fields):
    place, noise = torch.tensor([[0.3, 0.8]]), torch.zeros(1, fields.n_draws)
    undisturbed = fields(place, noise)[0]

    for draw, field in enumerate([0, 1, 2, 2, 3, 3]):
        disturbed = fields(place, noise.index_fill(1, torch.tensor([draw]), 1.0))[0]
        assert (disturbed != undisturbed).nonzero().flatten().tolist() == [field]


def test_without_noise_a_field_is_the_mean(fields: Fields):
    place = torch.tensor([[0.3, 0.8]])

    torch.testing.assert_close(fields(place), fields(place, torch.zeros(1, fields.n_draws)))


def test_the_kl_of_fields_is_that_of_all_their_sums(fields: Fields):
    expected = fields.smooth.kl() + fields.repeating.kl()

    assert fields.kl().item() == pytest.approx(expected.item())


def test_drawn_sums_have_the_mean_and_the_spread_of_drawn_coefficients(sums: UncertainSums, torch_rng: torch.Generator):
    with torch.no_grad():
        sums.log_std.normal_(-0.3, 0.3)
    basis = torch.randn(35, 1, generator=torch_rng)
    noise = torch.randn(3, 20_000, generator=torch_rng)
    drawn = sums(basis.expand(35, 20_000), noise)

    posterior = Normal(COEFFICIENT_SPEED * sums.mean, torch.exp(COEFFICIENT_SPEED * sums.log_std))
    values = []
    for _ in range(2000):
        with torch.no_grad():
            sums.mean.copy_(posterior.sample() / COEFFICIENT_SPEED)
        values.append(sums(basis)[:, 0])

    sampled = torch.stack(values)
    torch.testing.assert_close(drawn.mean(1), sampled.mean(0), atol=0.1, rtol=0.05)
    torch.testing.assert_close(drawn.std(1), sampled.std(0), atol=0, rtol=0.1)


def test_the_kl_of_sums_is_that_of_normals(sums: UncertainSums):
    posterior = Normal(COEFFICIENT_SPEED * sums.mean, torch.exp(COEFFICIENT_SPEED * sums.log_std))

    assert sums.kl().item() == pytest.approx(kl_divergence(posterior, Normal(0.0, 1.0)).sum().item(), rel=1e-4)


def test_sums_of_higher_frequency_vary_faster(sums: UncertainSums):
    with torch.no_grad():
        sums.shape[1] = torch.tensor([[0.5], [2.0], [8.0]]).log() / SHAPE_SPEED

    of_high_frequencies = scales(sums)[:, sums.squared_frequencies > 9].square().sum(1)

    assert of_high_frequencies[0] < of_high_frequencies[1] < of_high_frequencies[2]


def test_the_sum_of_the_scales_squares_is_that_of_the_gain():
    gain, one, relevance = torch.tensor(3.0).log(), torch.tensor(1.0), torch.randn(8 * 8)

    scale = matern_scales(squared_sums(8), gain, one, one, relevance)

    assert scale.square().sum().item() == pytest.approx(9, rel=1e-5)
