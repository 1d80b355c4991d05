import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from models.prior import MixturePrior


def reference(prior: MixturePrior) -> MixtureSameFamily:
    return MixtureSameFamily(Categorical(logits=prior.logits), Independent(Normal(prior.mean, prior.log_std.exp()), 1))


def a_prior() -> MixturePrior:
    torch.manual_seed(2)
    prior = MixturePrior(latent_dim=3, n_components=5)
    with torch.no_grad():
        prior.logits.normal_()
        prior.log_std.normal_(-1, 0.5)
    return prior


def test_the_density_is_that_of_a_mixture_of_normals(torch_rng: torch.Generator):
    prior = a_prior()
    z = 2 * torch.randn(100, 3, generator=torch_rng)

    assert torch.allclose(prior.log_prob(z), reference(prior).log_prob(z), atol=1e-4)


def test_draws_have_the_mean_and_the_variance_of_the_mixture(torch_rng: torch.Generator):
    prior = a_prior()

    draws = prior.sample(200_000, torch_rng)

    expected = reference(prior)
    assert torch.allclose(draws.mean(0), expected.mean, atol=0.02)
    assert torch.allclose(draws.var(0), expected.variance, rtol=0.03)


def test_a_marginal_is_the_density_integrated_over_the_other_latents():
    prior = a_prior()
    z = torch.tensor([[0.3, -0.5]])
    others = torch.linspace(-12, 12, 4001)
    everywhere = torch.stack([z[0, 1].expand(4001), others, z[0, 0].expand(4001)], dim=1)

    summed = prior.log_prob(everywhere).exp().sum() * (others[1] - others[0])

    assert prior.marginal([2, 0]).log_prob(z).exp().item() == pytest.approx(summed.item(), rel=1e-3)


def test_draws_given_one_latent_are_like_all_draws_in_which_it_has_that_value(torch_rng: torch.Generator):
    prior = a_prior()
    draws = prior.sample(2_000_000, torch_rng)
    near = draws[(draws[:, 1] - 0.5).abs() < 0.02]

    given = prior.sample_given(1, 0.5, 100_000, torch_rng)

    assert (given[:, 1] == 0.5).all()
    assert torch.allclose(given.mean(0), near.mean(0), atol=0.03)
    assert torch.allclose(given.std(0)[[0, 2]], near.std(0)[[0, 2]], rtol=0.03)
