import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from models.prior import MixturePrior


def in_the_librarys_words(prior: MixturePrior) -> MixtureSameFamily:
    return MixtureSameFamily(Categorical(logits=prior.logits), Independent(Normal(prior.mean, prior.log_std.exp()), 1))


def a_prior() -> MixturePrior:
    torch.manual_seed(2)
    prior = MixturePrior(latent_dim=3, n_components=5)
    with torch.no_grad():
        prior.logits.normal_()
        prior.log_std.normal_(-1, 0.5)
    return prior


def test_the_density_is_that_of_a_mixture_of_normals(generator: torch.Generator):
    prior = a_prior()
    z = 2 * torch.randn(100, 3, generator=generator)

    assert torch.allclose(prior.log_prob(z), in_the_librarys_words(prior).log_prob(z), atol=1e-4)


def test_draws_have_the_mean_and_the_variance_of_the_mixture(generator: torch.Generator):
    prior = a_prior()

    draws = prior.sample(200_000, generator)

    expected = in_the_librarys_words(prior)
    assert torch.allclose(draws.mean(0), expected.mean, atol=0.02)
    assert torch.allclose(draws.var(0), expected.variance, rtol=0.03)
