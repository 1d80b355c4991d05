import math

import pytest
import torch

from models.picture_prior import BINS, FINE, HARMONICS, REACH, TAIL_MASS, PicturePrior


@pytest.fixture
def picture() -> PicturePrior:
    """A density with plateaus at the cap and deserts between them."""
    torch.manual_seed(0)
    prior = PicturePrior()
    with torch.no_grad():
        prior.shift.fill_(-2.0)
        prior.coefficients.mean.mul_(12)
        prior.log_relevance.normal_(0, 0.3)
    return prior.eval()


def on_grid(prior: PicturePrior, n: int) -> torch.Tensor:
    """The density at the middles of `(n, n)` cells of the square."""
    middle = REACH * ((2 * torch.arange(n) + 1) / n - 1)
    with torch.no_grad():
        return torch.stack([prior.log_prob(torch.stack([row.expand(n), middle], 1)).exp() for row in middle])


def test_the_density_is_even_where_it_is_capped_and_falls_freely_beyond(picture: PicturePrior):
    density = on_grid(picture, 100)

    assert (density > 0.95 * density.max()).float().mean() > 0.1
    assert density.min() < 1e-6 * density.max()


def test_draws_have_the_density(picture: PicturePrior, torch_rng: torch.Generator):
    n = 20
    density = on_grid(picture, BINS).view(n, BINS // n, n, BINS // n).sum((1, 3))

    draws = picture.sample(200_000, torch_rng)

    cell = ((draws / REACH + 1) / 2 * n).long()
    shares = torch.bincount(cell[:, 0] * n + cell[:, 1], minlength=n * n) / len(draws)
    assert draws.abs().max() <= REACH
    assert 0.5 * (shares - (density / density.sum()).flatten()).abs().sum() < 0.03


def test_draws_are_not_a_fraction_of_a_bin_off(torch_rng: torch.Generator):
    """From a ramp along both latents, whose mean is known to a tenth of a bin."""
    prior = PicturePrior()
    with torch.no_grad():
        prior.coefficients.mean.zero_().view(HARMONICS, HARMONICS)[[0, 1], [1, 0]] = torch.tensor([8.0, -5.0])
    density, middle = on_grid(prior.eval(), BINS), REACH * ((2 * torch.arange(BINS) + 1) / BINS - 1)

    mean = prior.sample(1_000_000, torch_rng).mean(0)

    expected = torch.stack([density.sum(1) @ middle, density.sum(0) @ middle]) / density.sum()
    torch.testing.assert_close(mean, expected, atol=0.3 * 2 * REACH / BINS, rtol=0)


def test_sampling_leaves_out_the_tail_mass_and_no_more(picture: PicturePrior, torch_rng: torch.Generator):
    """What is never drawn is at the lowest density, and holds a thousandth of the mass."""
    density = on_grid(picture, BINS).flatten().double()
    order = density.argsort()
    threshold = density[order[(density[order].cumsum(0) >= TAIL_MASS * density.sum()).nonzero()[0]]]

    drawn = picture.log_prob(picture.sample(200_000, torch_rng)).exp()

    # Draws lie anywhere in a bin, whose middle decides.
    assert (density < threshold).double().mean() > 0.1
    assert (drawn < 0.5 * threshold).float().mean() < 1e-4
    assert (drawn < 2 * threshold).any()


def test_the_bin_that_stands_for_its_block_does_so_without_bias(picture: PicturePrior):
    """The normalizing masses, over all bins that may be drawn, average to the mass of all."""
    z = torch.zeros(1, 2)
    exact = -picture.log_prob(z)
    picture.coefficients.log_std.data.fill_(-math.inf)
    picture.train()

    with torch.no_grad():
        masses = {(-picture.log_prob(z)).exp().item() for _ in range(300)}

    assert len(masses) == FINE * FINE
    assert sum(masses) / len(masses) == pytest.approx(exact.exp().item(), rel=1e-4)


def test_a_relevance_has_a_standard_normal_prior(picture: PicturePrior):
    before = picture.parameter_kl().item()
    with torch.no_grad():
        picture.log_relevance[0, 0] = 0.0
        at_zero = picture.parameter_kl().item()
        picture.log_relevance[0, 0] = 3.0

    assert at_zero < before
    assert picture.parameter_kl().item() - at_zero == pytest.approx(4.5, abs=1e-2)
