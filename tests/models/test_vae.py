"""What every model promises, the `model` fixture being each in turn, and the mathematics that all of them share."""

from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from models.posterior import Posterior
from models.prior import NormalPrior
from models.vae import VAE, Noise


class LinearGaussianVAE(VAE):
    """z ~ N(0, I), x = W z + noise: both log p(x) and the true posterior are known in closed form.

    The columns of W are orthogonal, so that the posterior's covariance is diagonal. `shift` moves the encoder's mean
    away from the true one.
    """

    STD = 0.5

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__(NormalPrior(2))
        self.W = torch.tensor([[1.0, 0.0], [0.5, 0.0], [0.0, -1.0], [0.0, 2.0], [0.0, 0.3]])
        self.shift = shift

    def encode(self, x: Tensor) -> Posterior:
        precision = 1 + self.W.square().sum(0) / self.STD**2
        mean = x @ self.W / self.STD**2 / precision
        return Posterior(mean + self.shift, (-0.5 * precision.log()).expand_as(mean))

    def decode(self, z: Tensor, noise: None = None) -> Independent:
        return Independent(Normal(z @ self.W.T, self.STD), 1)

    def log_evidence(self, x: Tensor) -> Tensor:
        """log p(x)."""
        covariance = self.W @ self.W.T + self.STD**2 * torch.eye(5)
        return MultivariateNormal(torch.zeros(5), covariance).log_prob(x)


def random_points(n: int, rng: torch.Generator) -> Tensor:
    """Integers on the grid of the fixture's models."""
    return torch.cat([torch.randint(60, (n, 2), generator=rng), torch.randint(256, (n, 3), generator=rng)], 1).float()


def test_every_method_returns_one_row_per_point(model: VAE, torch_rng: torch.Generator):
    x = random_points(7, torch_rng)

    posterior = model.encode(x)
    decoded = model.decode(posterior.mean)
    loss = model.loss(x, model.sample_noise(7, torch_rng), 100)

    assert posterior.mean.shape == posterior.log_std.shape == (7, model.latent_dim)
    assert decoded.log_prob(x).shape == loss.reconstruction.shape == loss.kl.shape == (7,)
    assert decoded.sample(torch_rng).shape == model.sample(7, torch_rng).shape == (7, 5)


def test_samples_are_integers_inside_the_picture_that_the_seed_determines(model: VAE):
    first, again, other = (model.sample(500, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, first.round())
    assert first.min() >= 0
    assert (first < torch.tensor([60, 60, 256, 256, 256])).all()
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_every_weight_is_in_one_group_and_learns(model: VAE, torch_rng: torch.Generator):
    """After a step, because networks that begin at 0 pass no gradient on."""
    x = random_points(200, torch_rng)
    weights = [weight for group in model.weight_groups() for weight in group.parameters]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        loss = model.loss(x, model.sample_noise(200, torch_rng), 200)
        ((loss.reconstruction + loss.kl).mean() + loss.penalty).backward()
        optimizer.step()

    assert sorted(map(id, weights)) == sorted(map(id, model.parameters()))
    assert [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_matrices_decay_and_what_a_module_names_learns_faster():
    class Quick(nn.Module):
        lr_scale: ClassVar = {"gain": 4.0}

        def __init__(self) -> None:
            super().__init__()
            self.gain, self.table = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))

    model = LinearGaussianVAE()
    model.layer, model.quick = nn.Linear(2, 3), Quick()

    groups = {id(p): (group.decays, group.lr_scale) for group in model.weight_groups() for p in group.parameters}

    found = {name: groups[id(parameter)] for name, parameter in model.named_parameters()}
    assert found == {
        "layer.weight": (True, 1.0),
        "layer.bias": (False, 1.0),
        "quick.gain": (False, 4.0),
        "quick.table": (False, 1.0),
    }


def test_the_loss_is_the_negative_elbo_and_the_parameters_kl_per_point_of_the_data(torch_rng: torch.Generator):
    """With the true posterior the ELBO is log p(x), here on average over the noise."""
    model = LinearGaussianVAE()
    model.parameter_kl = lambda: 30.0  # type: ignore[method-assign]
    x = torch.randn(1, 5, generator=torch_rng)

    loss = model.loss(x.expand(20_000, 5), model.sample_noise(20_000, torch_rng), n_points=60)

    posterior = model.encode(x)
    closed_form = kl_divergence(Normal(posterior.mean, posterior.log_std.exp()), Normal(0.0, 1.0)).sum()
    assert loss.kl.mean().item() == pytest.approx(closed_form.item(), abs=1e-3)
    assert -(loss.reconstruction + loss.kl).mean().item() == pytest.approx(model.log_evidence(x).item(), abs=0.05)
    assert loss.penalty == 0.5


def test_the_loss_hands_each_part_its_own_noise(torch_rng: torch.Generator):
    model = LinearGaussianVAE()
    given = {}
    model.prior.kl = lambda posterior, z, noise: given.update(prior=noise) or z[:, 0]  # type: ignore[assignment]
    decode = model.decode
    model.decode = lambda z, noise: given.update(decoder=noise) or decode(z)  # type: ignore[method-assign]

    model.loss(torch.zeros(3, 5), Noise(torch.zeros(3, 2), "of the prior", "of the decoder"), 3)

    assert given == {"prior": "of the prior", "decoder": "of the decoder"}


def test_with_the_true_posterior_the_bound_is_the_log_likelihood_for_any_number_of_draws(torch_rng: torch.Generator):
    model = LinearGaussianVAE()
    x = torch.randn(50, 5, generator=torch_rng)

    for k in (1, 7):
        bound = model.importance_weighted_bound(x, k, torch_rng)
        torch.testing.assert_close(bound, model.log_evidence(x), atol=1e-4, rtol=0)


def test_with_another_posterior_the_bound_rises_from_the_elbo_towards_the_log_likelihood(torch_rng: torch.Generator):
    model = LinearGaussianVAE(shift=0.4)
    x = torch.randn(1, 5, generator=torch_rng)
    exact, many = model.log_evidence(x).item(), x.expand(4000, 5)
    posterior, true_posterior = (m.encode(x) for m in (model, LinearGaussianVAE()))
    normals = (Independent(Normal(q.mean, q.log_std.exp()), 1) for q in (posterior, true_posterior))
    elbo = exact - kl_divergence(*normals).item()

    bounds = {k: model.importance_weighted_bound(many, k, torch_rng).mean().item() for k in (1, 5, 50)}

    assert elbo < exact - 1
    assert bounds[1] == pytest.approx(elbo, abs=0.1)
    assert bounds[1] + 0.3 < bounds[5] < bounds[50] - 0.1
    assert bounds[50] < exact + 0.02
