import math

import pytest
import torch

from models.picture_prior import BINS, FINE, REACH, TAIL_MASS, PicturePrior


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


def test_draws_have_the_density_without_its_lowest_thousandth(picture: PicturePrior, torch_rng: torch.Generator):
    """In each of 20 x 20 squares; and their mean is not a fraction of a bin off."""
    n, middle = 1_000_000, REACH * ((2 * torch.arange(BINS) + 1) / BINS - 1)
    with torch.no_grad():
        density = picture.log_prob(torch.cartesian_prod(middle, middle)).double().exp()
    ascending = density.sort().values
    threshold = ascending[ascending.cumsum(0) >= TAIL_MASS * density.sum()][0]
    kept = torch.where(density < threshold, 0, density).view(BINS, BINS)
    assert (density > 0.95 * density.max()).double().mean() > 0.1, "it is even where it is capped"
    assert density.min() < 1e-6 * density.max(), "and falls freely beyond"

    draws = picture.sample(n, torch_rng)

    bin = ((draws / REACH + 1) / 2 * BINS).long()
    drawn = torch.bincount(bin[:, 0] * BINS + bin[:, 1], minlength=BINS * BINS).view(BINS, BINS) / n
    assert drawn[kept == 0].sum() < 1e-4
    assert drawn[kept < 2 * threshold].sum() > 1e-4
    of_squares, expected = (
        part.view(20, BINS // 20, 20, BINS // 20).sum((1, 3)) for part in (drawn, kept / kept.sum())
    )
    assert 0.5 * (of_squares - expected).abs().sum() < 0.01
    mean = torch.stack([kept.sum(1) @ middle.double(), kept.sum(0) @ middle.double()]) / kept.sum()
    torch.testing.assert_close(draws.double().mean(0), mean, atol=0.3 * 2 * REACH / BINS, rtol=0)


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
    kls = []
    for value in (0.0, 3.0):
        picture.log_relevance.data[0, 0] = value
        kls.append(picture.parameter_kl().item())

    assert kls[1] - kls[0] == pytest.approx(4.5, abs=1e-2)
