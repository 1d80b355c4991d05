import pytest
import torch
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily, Normal

from models.priors import MixturePrior, NormalPrior, Posterior, Prior


def test_a_posterior_is_a_diagonal_normal_that_gradients_pass_through(torch_rng: torch.Generator):
    mean, log_std, noise = torch.randn(3, 50, 4, generator=torch_rng)
    mean.requires_grad_()
    posterior, expected = Posterior(mean, log_std), Independent(Normal(mean, log_std.exp()), 1)

    z = posterior.reparameterize(noise)
    z.sum().backward()

    torch.testing.assert_close(z, mean + log_std.exp() * noise)
    assert (mean.grad == 1).all()
    torch.testing.assert_close(posterior.log_prob(z), expected.log_prob(z))
    torch.testing.assert_close(posterior.entropy(), expected.entropy())


def random_mixture() -> tuple[Prior, Distribution]:
    torch.manual_seed(2)
    prior = MixturePrior(latent_dim=3, n_components=5)
    with torch.no_grad():
        prior.logits.normal_()
        prior.log_std.normal_(-1, 0.5)
    components = Independent(Normal(prior.mean, prior.log_std.exp()), 1)
    return prior, MixtureSameFamily(Categorical(logits=prior.logits), components)


@pytest.mark.parametrize("pair", [(NormalPrior(3), Independent(Normal(torch.zeros(3), 1.0), 1)), random_mixture()])
def test_priors_are_the_distributions_of_their_names(pair: tuple[Prior, Distribution], torch_rng: torch.Generator):
    prior, reference = pair
    z = 2 * torch.randn(100, 3, generator=torch_rng)
    draws = prior.sample(200_000, torch_rng)

    torch.testing.assert_close(prior.log_prob(z), reference.log_prob(z), atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(draws.mean(0), reference.mean, atol=0.02, rtol=0)
    torch.testing.assert_close(draws.var(0), reference.variance, atol=0, rtol=0.03)


def test_the_normal_priors_kl_is_what_any_priors_kl_estimates(torch_rng: torch.Generator):
    posterior = Posterior(*torch.randn(2, 1, 3, generator=torch_rng).expand(2, 20_000, 3))
    z = posterior.reparameterize(torch.randn(20_000, 3, generator=torch_rng))

    estimate = Prior.kl(NormalPrior(3), posterior, z)

    expected = NormalPrior(3).kl(posterior, z)[0].item()
    assert estimate.mean().item() == pytest.approx(expected, abs=4 * estimate.std().item() / 20_000**0.5)
