"""What every model promises, the `model` fixture being each in turn, and the mathematics that all of them share."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from models.prior import MixturePrior
from models.vae import VAE, Noise, Posterior


class NormalPoints:
    """p(x|z) = N(x; mean, std^2 I)."""

    def __init__(self, mean: Tensor, std: float) -> None:
        self.normal = Independent(Normal(mean, std), 1)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.normal.log_prob(x)

    def sample(self, rng: torch.Generator) -> Tensor:
        return torch.normal(self.normal.mean, self.normal.stddev, generator=rng)


class LinearGaussianVAE(VAE):
    """z ~ N(0, I), x = W z + noise: both log p(x) and the true posterior are known in closed form.

    The columns of W are orthogonal, so that the posterior's covariance is diagonal. `shift` moves the encoder's mean
    away from the true one.
    """

    STD = 0.5

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__(latent_dim=2, n_components=1)
        assert isinstance(self.prior, MixturePrior)
        for parameter in self.prior.parameters():
            parameter.requires_grad_(False).zero_()
        self.W = torch.tensor([[1.0, 0.0], [0.5, 0.0], [0.0, -1.0], [0.0, 2.0], [0.0, 0.3]])
        self.shift = shift

    def encode(self, x: Tensor) -> Posterior:
        precision = 1 + self.W.square().sum(0) / self.STD**2
        mean = x @ self.W / self.STD**2 / precision
        return Posterior(mean + self.shift, (-0.5 * precision.log()).expand_as(mean))

    def decode(self, z: Tensor, noise: Noise | None = None) -> NormalPoints:
        return NormalPoints(z @ self.W.T, self.STD)

    def log_evidence(self, x: Tensor) -> Tensor:
        """log p(x)."""
        covariance = self.W @ self.W.T + self.STD**2 * torch.eye(5)
        return MultivariateNormal(torch.zeros(5), covariance).log_prob(x)


def test_every_method_returns_one_row_per_point(model: VAE, torch_rng: torch.Generator):
    x = torch.rand(7, 5, generator=torch_rng)

    posterior = model.encode(x)
    z = model.reparameterize(posterior, model.sample_noise(len(posterior.mean), torch_rng).latent)
    decoded = model.decode(z)
    reconstruction, kl, _ = model.loss(x, model.sample_noise(len(x), torch_rng))

    assert posterior.mean.shape == posterior.log_std.shape == z.shape == (7, 3)
    assert decoded.log_prob(x).shape == reconstruction.shape == kl.shape == (7,)
    assert decoded.sample(torch_rng).shape == model.sample(7, torch_rng).shape == (7, 5)


def test_samples_lie_in_the_unit_cube(model: VAE, torch_rng: torch.Generator):
    samples = model.sample(1000, torch_rng)

    assert samples.min() >= 0
    assert samples.max() <= 1


def test_the_same_seed_draws_the_same_points(model: VAE):
    first, again, other = (model.sample(20, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_reparameterized_draw_is_mean_plus_std_times_noise(model: VAE, torch_rng: torch.Generator):
    posterior = Posterior(torch.full((50_000, 3), 2.0, requires_grad=True), torch.full((50_000, 3), math.log(0.5)))

    z = model.reparameterize(posterior, model.sample_noise(len(posterior.mean), torch_rng).latent)
    z.sum().backward()

    assert z.mean().item() == pytest.approx(2.0, abs=0.01)
    assert z.std().item() == pytest.approx(0.5, abs=0.01)
    assert (posterior.mean.grad == 1).all()


def test_the_loss_sends_a_gradient_to_every_weight(model: VAE, torch_rng: torch.Generator):
    noise = model.sample_noise(50, torch_rng)
    x = torch.rand(50, 5, generator=torch_rng)
    # Some points are nearly gray: of others, gray components know nothing, and at an exact gray their shifts rest.
    x[:25, 3:] = x[:25, 2:3] + 2 / 256
    reconstruction, kl, decoded = model.loss(x, noise)

    ((reconstruction + kl).mean() + model.regularization(x, noise, decoded, 50)).backward()

    without = [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert without == []


def test_a_model_can_overfit_one_batch(model: VAE, torch_rng: torch.Generator):
    x = torch.rand(8, 5, generator=torch_rng)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    before = model.loss(x, model.sample_noise(len(x), torch_rng)).reconstruction.mean().item()

    for _ in range(100):
        optimizer.zero_grad()
        model.loss(x, model.sample_noise(len(x), torch_rng)).reconstruction.mean().backward()
        optimizer.step()

    assert model.loss(x, model.sample_noise(len(x), torch_rng)).reconstruction.mean().item() < before - 5


def test_the_density_of_points_given_a_latent_integrates_to_one(model: VAE, torch_rng: torch.Generator):
    """Estimated with draws of its own, of which a share is replaced by points spread evenly over the unit cube."""
    n = 40_000
    z = model.prior.sample(1, torch_rng).expand(n, 3)

    with torch.no_grad():
        decoded = model.decode(z)
        even = torch.rand(n, 1, generator=torch_rng) < 0.5
        x = torch.where(even, torch.rand(n, 5, generator=torch_rng), decoded.sample(torch_rng))
        density = decoded.log_prob(x).exp()
        integral = (density / (0.5 + 0.5 * density)).mean()

    assert integral.item() == pytest.approx(1, abs=0.03)


def test_the_posterior_is_a_diagonal_normal(torch_rng: torch.Generator):
    mean, log_std, z = torch.randn(3, 50, 4, generator=torch_rng)

    posterior, expected = Posterior(mean, log_std), Independent(Normal(mean, log_std.exp()), 1)

    assert torch.allclose(posterior.log_prob(z), expected.log_prob(z), rtol=1e-4)
    assert torch.allclose(posterior.entropy(), expected.entropy(), rtol=1e-4)


def test_an_encoders_outputs_are_means_and_log_standard_deviations_within_bounds():
    posterior = Posterior.of(torch.tensor([[3.0, -2.0, 1.5, 99.0], [0.0, 0.0, -99.0, 0.0]]))

    assert posterior.mean.tolist() == [[3, -2], [0, 0]]
    assert posterior.log_std.tolist() == [[0.5, 2], [-7, -1]]


def test_with_the_true_posterior_the_bound_is_the_log_likelihood_for_any_number_of_draws(torch_rng: torch.Generator):
    model = LinearGaussianVAE()
    x = torch.randn(50, 5, generator=torch_rng)

    for k in (1, 7):
        bound = model.importance_weighted_bound(x, k, torch_rng)
        assert torch.allclose(bound, model.log_evidence(x), atol=1e-4)


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


def test_the_loss_is_the_negative_elbo(torch_rng: torch.Generator):
    """With the true posterior the ELBO is log p(x), here on average over the noise."""
    model = LinearGaussianVAE()
    x = torch.randn(1, 5, generator=torch_rng)

    reconstruction, kl, _ = model.loss(x.expand(20_000, 5), model.sample_noise(20_000, torch_rng))

    posterior = model.encode(x)
    closed_form = kl_divergence(Normal(posterior.mean, posterior.log_std.exp()), Normal(0.0, 1.0)).sum()
    assert kl.mean().item() == pytest.approx(closed_form.item(), abs=0.05)
    assert -(reconstruction + kl).mean().item() == pytest.approx(model.log_evidence(x).item(), abs=0.05)


def test_every_weight_is_in_one_group_and_only_the_networks_matrices_decay(model: VAE):
    matrices, vectors, densities = model.weight_groups()

    names = {id(weight): name for name, weight in model.named_parameters()}
    ids = [id(weight) for group in (matrices, vectors, densities) for weight in group.parameters]
    assert sorted(ids) == sorted(names)
    assert [matrices.decays, vectors.decays, densities.decays] == [True, False, False]
    assert all(weight.ndim >= 2 and names[id(weight)].endswith("weight") for weight in matrices.parameters)
    assert {names[id(weight)].split(".")[-2] for weight in densities.parameters} == {"prior", "canvas", "center"}
    assert not any(
        isinstance(module, nn.Linear) and module.weight is weight
        for name, module in model.named_modules()
        if "canvas" not in name
        for weight in vectors.parameters
    )
