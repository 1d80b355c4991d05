import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.fields import PATTERN_HARMONICS, SMOOTH_HARMONICS, CosineCoefficients, Fields, squared_sums

PLACE = torch.tensor([[0.3, 0.8]])


@pytest.fixture
def fields() -> Fields:
    torch.manual_seed(0)
    return Fields(n_smooth=2, n_patterns=2).eval()


@pytest.fixture
def coefficients() -> CosineCoefficients:
    torch.manual_seed(0)
    return CosineCoefficients(squared_sums(6)[1:], (3,), gain=2.0, frequency=4.0, decay=2.5)


def cosines(v: float, n: int) -> torch.Tensor:
    return math.sqrt(2) * torch.tensor([math.cos(math.pi * k * v) for k in range(n)])


def test_a_smooth_field_is_the_sum_of_its_scaled_cosines(fields: Fields):
    x, y = (cosines(v, SMOOTH_HARMONICS) for v in (0.3, 0.8))
    scaled = fields.smooth.scale() * fields.smooth.mean

    torch.testing.assert_close(fields(PLACE)[0, :2], scaled @ torch.outer(x, y).flatten()[1:], atol=1e-4, rtol=1e-4)


def test_a_pattern_is_a_product_of_sums_along_rows_and_columns_or_along_the_diagonals(fields: Fields):
    along = [cosines(v, PATTERN_HARMONICS) for v in (0.3, 0.8, (0.3 + 0.8) / 2, (1 + 0.3 - 0.8) / 2)]
    scaled = fields.along_axes.scale() * fields.along_axes.mean

    row, column, diagonal, other = (1 + c @ x for x, c in zip(along, scaled, strict=True))

    expected = torch.cat([row * column, diagonal * other])
    torch.testing.assert_close(fields(PLACE)[0, 2:], expected, atol=1e-4, rtol=1e-4)


def test_every_field_is_drawn_in_training_and_its_mean_after_it(fields: Fields):
    torch.testing.assert_close(fields.eval()(PLACE), fields(PLACE))
    assert (fields.train()(PLACE) != fields(PLACE)).all()


def test_drawn_sums_have_the_mean_and_the_spread_of_drawn_coefficients(
    coefficients: CosineCoefficients, torch_rng: torch.Generator
):
    """The local reparameterization: each point has a draw of its own, as if of all coefficients."""
    with torch.no_grad():
        coefficients.log_std.normal_(-0.3, 0.3)
    basis = torch.randn(35, 1, generator=torch_rng)
    posterior = Normal(coefficients.mean, coefficients.log_std.exp())

    drawn = coefficients(basis.expand(35, 20_000))

    expected = (coefficients.scale() * posterior.sample((20_000,))) @ basis
    torch.testing.assert_close(drawn.mean(1), expected[..., 0].mean(0), atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.std(1), expected[..., 0].std(0), atol=0, rtol=0.03)


def test_the_kl_is_that_of_normals_and_of_all_fields_together(coefficients: CosineCoefficients, fields: Fields):
    posterior = Normal(coefficients.mean, coefficients.log_std.exp())

    assert coefficients.kl().item() == pytest.approx(kl_divergence(posterior, Normal(0.0, 1.0)).sum().item(), rel=1e-4)
    assert fields.kl().item() == pytest.approx((fields.smooth.kl() + fields.along_axes.kl()).item())


def test_squared_scales_follow_the_matern_spectrum_and_sum_to_the_squared_gain(coefficients: CosineCoefficients):
    spectrum = (1 + squared_sums(6)[1:] / 4.0**2) ** -2.5
    relevance = torch.linspace(0.5, 2, 35)

    plain, weighted = coefficients.scale().square(), coefficients.scale(relevance.log()).square()

    torch.testing.assert_close(plain[0], 2.0**2 * spectrum / spectrum.sum())
    torch.testing.assert_close(
        weighted[0] / weighted[0].sum(), (spectrum * relevance**2) / (spectrum * relevance**2).sum()
    )
    torch.testing.assert_close(weighted.sum(1), torch.full((3,), 4.0))
