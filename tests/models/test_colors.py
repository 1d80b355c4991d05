import math

import pytest
import torch
from torch.distributions import Normal

from models.colors import ColorHead, ColorMixture

LEVELS = torch.arange(256.0)


def one_normal(mean: list[float], std: list[float], slope: list[float]) -> ColorMixture:
    """A mixture of a single component, for one point."""
    parameters = (torch.tensor(values).view(1, 3, 1) for values in (mean, [math.log(s) for s in std], slope))
    return ColorMixture(torch.zeros(1, 1), *parameters)


def marginal_of_red(mixture: ColorMixture) -> torch.Tensor:
    """The probability of each level of red, with green and blue summed out on a grid around their likely values."""
    return torch.stack([mixture.log_prob(torch.tensor([[r, 100.0, 150.0]])) for r in LEVELS]).flatten()


def test_probabilities_are_those_of_a_normal_over_the_cells():
    mixture = one_normal([100.0, 100.0, 150.0], [5.0, 3.0, 4.0], [0.0, 0.0, 0.0])

    expected = sum(
        (Normal(m, s).cdf(torch.tensor(v + 0.5)) - Normal(m, s).cdf(torch.tensor(v - 0.5))).log()
        for m, s, v in ((100.0, 5.0, 104.0), (100.0, 3.0, 99.0), (150.0, 4.0, 150.0))
    )

    assert mixture.log_prob(torch.tensor([[104.0, 99.0, 150.0]])).item() == pytest.approx(expected.item(), abs=2e-3)


@pytest.mark.parametrize("mean", [-20.0, 0.0, 128.4, 255.0, 300.0])
@pytest.mark.parametrize("std", [0.1, 1.0, 60.0])
def test_probabilities_sum_to_one_and_the_border_takes_the_tails(mean: float, std: float):
    red = one_normal([mean, 100.0, 150.0], [std, 0.1, 0.1], [0.0, 0.0, 0.0])

    assert marginal_of_red(red).exp().sum().item() == pytest.approx(1, abs=1e-3)


def test_green_and_blue_follow_red(torch_rng: torch.Generator):
    mixture = one_normal([120.0, 80.0, 60.0], [10.0, 1.0, 1.0], [0.5, 0.0, 2.0])
    many = ColorMixture(*(p.expand(5000, *p.shape[1:]) for p in vars(mixture).values()))

    red, green, blue = many.sample(torch_rng).unbind(1)

    assert (green - 80 - 0.5 * (red - 120)).abs().max() < 6
    assert (blue - 60 - 2 * (green - 80)).abs().max() < 6


def test_grays_come_out_exact(torch_rng: torch.Generator):
    mixture = one_normal([120.0, 120.0, 120.0], [30.0, 0.1, 0.1], [1.0, 1.0, 0.0])
    many = ColorMixture(*(p.expand(5000, *p.shape[1:]) for p in vars(mixture).values()))

    red, green, blue = many.sample(torch_rng).unbind(1)

    assert ((red == green) & (green == blue)).float().mean() > 0.99


def test_draws_are_integers_as_frequent_as_their_probability(torch_rng: torch.Generator):
    """Red alone, at its most frequent levels."""
    mixture = one_normal([100.0, 100.0, 150.0], [2.0, 0.1, 0.1], [0.0, 0.0, 0.0])
    many = ColorMixture(*(p.expand(50_000, *p.shape[1:]) for p in vars(mixture).values()))

    colors = many.sample(torch_rng)

    shares = torch.bincount(colors[:, 0].long(), minlength=256) / len(colors)
    assert torch.allclose(shares, marginal_of_red(mixture).exp(), atol=0.01)
    assert torch.equal(colors, colors.round())


def test_a_head_begins_with_all_grays_and_every_color_possible(torch_rng: torch.Generator):
    torch.manual_seed(0)
    mixture = ColorHead(4, ycbcr=False)(torch.randn(200, 4, generator=torch_rng))

    gray = torch.tensor([20.0, 128.0, 240.0]).repeat_interleave(200)[:, None].expand(600, 3)
    assert torch.isfinite(mixture.log_prob(255 * torch.rand(200, 3, generator=torch_rng).round())).all()
    assert all((mixture.log_prob(shade) > -16).all() for shade in gray.split(200))


def drawn_by(components: slice, ycbcr: bool, rng: torch.Generator) -> tuple[torch.Tensor, ...]:
    """The channels, `(2000,)` each, of colors drawn from `components` of the 16 that a new head has."""
    torch.manual_seed(0)
    logits, *rest = vars(ColorHead(4, ycbcr)(torch.randn(2000, 4, generator=rng))).values()
    wanted = torch.zeros(16)
    wanted[components] = 50
    return ColorMixture(logits + wanted, *rest).sample(rng).unbind(1)


def test_a_head_has_components_of_exact_grays(torch_rng: torch.Generator):
    red, green, blue = drawn_by(slice(12, 16), ycbcr=False, rng=torch_rng)
    luma, *chroma = drawn_by(slice(12, 16), ycbcr=True, rng=torch_rng)

    assert min(red.std(), luma.std()) > 20
    assert ((red == green) & (red == blue)).float().mean() > 0.99
    assert all((channel == 128).float().mean() > 0.99 for channel in chroma)


def test_four_components_lack_one_of_both_chromas(torch_rng: torch.Generator):
    """As where JPEG rounded a small one to none."""
    for components, neutral, other in ((slice(8, 10), 1, 2), (slice(10, 12), 2, 1)):
        channels = drawn_by(components, ycbcr=True, rng=torch_rng)

        assert (channels[neutral] == 128).float().mean() > 0.99
        assert min(channels[0].std(), channels[other].std()) > 5


def test_a_step_of_adam_hardly_moves_the_shifts_of_grays():
    """By a level each, as it moves means, they would turn exact grays into others before these have any weight."""
    head = ColorHead(width=8, ycbcr=False)
    before = head(torch.zeros(1, 8)).mean

    with torch.no_grad():
        head.shift += 0.004

    assert 0 < (head(torch.zeros(1, 8)).mean - before).abs().max() < 0.1


@pytest.mark.parametrize("ycbcr", [False, True])
def test_constants_are_the_same_for_all_points(ycbcr: bool, torch_rng: torch.Generator):
    torch.manual_seed(0)
    head = ColorHead(width=8, ycbcr=ycbcr)
    mixture = head(torch.randn(500, 8, generator=torch_rng))
    constant = head.is_constant

    assert (mixture.log_std[:, 1:, :].std(0)[constant] == 0).all()
    assert (mixture.log_std[:, 1:, :].std(0)[~constant] > 0).all()
    assert (mixture.slope.std(0)[:, -4:] == 0).all()
