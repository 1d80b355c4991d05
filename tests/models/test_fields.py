import math

import pytest
import torch
from torch.distributions import Normal

from models.fields import SMOOTH_HARMONICS, CosineCoefficients, Fields, squared_sums

PLACE = torch.tensor([[0.3, 0.8]])


@pytest.fixture
def fields() -> Fields:
    torch.manual_seed(0)
    return Fields(n_smooth=2, n_patterns=2).eval()


@pytest.fixture
def coefficients() -> CosineCoefficients:
    torch.manual_seed(0)
    return CosineCoefficients(squared_sums(6)[1:], (3,), gain=2.0, frequency=4.0, decay=2.5)


def test_fields_are_sums_of_their_scaled_waves(fields: Fields):
    fields.waves[:2] = torch.tensor([[40, 0], [13, 71]])
    x, y = (math.sqrt(2) * torch.cos(math.pi * torch.arange(96) * v) for v in PLACE[0])
    of_smooth = torch.outer(x[:SMOOTH_HARMONICS], y[:SMOOTH_HARMONICS]).flatten()[1:]
    of_patterns = torch.stack([x[40] * y[0], x[13] * y[71]])

    smooth, patterns = (part.scale() * part.mean for part in (fields.smooth, fields.patterns))

    expected = torch.cat([smooth @ of_smooth, patterns[:, :2] @ of_patterns])
    torch.testing.assert_close(fields(PLACE)[0], expected, atol=1e-4, rtol=1e-4)


def places(rng: torch.Generator) -> torch.Tensor:
    return (torch.randint(300, (3000, 2), generator=rng) + 0.5) / 300


def test_fields_begin_as_functions_that_tell_colors_apart(fields: Fields, torch_rng: torch.Generator):
    """A smooth change of color and a checkerboard, in noise: each explains most of what a field begins with."""
    place = places(torch_rng)
    smooth, checks = torch.cos(math.pi * 2 * place[:, 0]), torch.cos(math.pi * 40 * place).prod(1)
    colors = torch.stack([20 * smooth, 30 * checks, 0 * checks], 1) + 100 + torch.randn(3000, 3, generator=torch_rng)

    fields.start_from(place, colors)

    with torch.no_grad():
        of_place = fields(place)
    assert fields.waves[0].tolist() == [40, 40]
    assert of_place[:, :2].square().mean(0).tolist() == pytest.approx([1, 1], rel=0.2)
    for fields_of_kind, pattern in ((of_place[:, :2], smooth), (of_place[:, 2:], checks)):
        explained = torch.linalg.lstsq(fields_of_kind, pattern.unsqueeze(1)).solution
        left = pattern.unsqueeze(1) - fields_of_kind @ explained
        assert left.square().mean() < 0.1 * pattern.square().mean()


@pytest.mark.parametrize("constant", [False, True])
def test_colors_without_a_pattern_have_no_waves(constant: bool, fields: Fields, torch_rng: torch.Generator):
    colors = torch.full((3000, 3), 90.0) if constant else 100 + 20 * torch.randn(3000, 3, generator=torch_rng)

    fields.start_from(places(torch_rng), colors)

    assert not fields.waves.any()
    assert fields(PLACE).isfinite().all()


def test_drawn_sums_are_as_if_of_drawn_coefficients(coefficients: CosineCoefficients, torch_rng: torch.Generator):
    """The local reparameterization: each point has a draw of its own."""
    with torch.no_grad():
        coefficients.log_std.normal_(-0.3, 0.3)
    basis = torch.randn(35, 1, generator=torch_rng)
    posterior = Normal(coefficients.mean, coefficients.log_std.exp())

    drawn = coefficients(basis.expand(35, 20_000))

    expected = (coefficients.scale() * posterior.sample((20_000,))) @ basis
    torch.testing.assert_close(drawn.mean(1), expected[..., 0].mean(0), atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.std(1), expected[..., 0].std(0), atol=0, rtol=0.03)


def test_squared_scales_follow_the_matern_spectrum_and_sum_to_the_squared_gain(coefficients: CosineCoefficients):
    spectrum = (1 + squared_sums(6)[1:] / 4.0**2) ** -2.5
    relevance = torch.linspace(0.5, 2, 35)

    plain, weighted = coefficients.scale().square(), coefficients.scale(relevance.log()).square()

    torch.testing.assert_close(plain[0], 2.0**2 * spectrum / spectrum.sum())
    torch.testing.assert_close(weighted[0], 2.0**2 * spectrum * relevance**2 / (spectrum * relevance**2).sum())
