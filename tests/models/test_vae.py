"""What every model promises, the `model` fixture being each in turn, and the mathematics that all of them share."""

import pytest
import torch
from linear_gaussian import LinearGaussianVAE
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from models.vae import VAE, log_cell


def random_points(n: int, rng: torch.Generator) -> Tensor:
    """Integers on the grid of the fixture's models."""
    return torch.cat([torch.randint(60, (n, 2), generator=rng), torch.randint(256, (n, 3), generator=rng)], 1).float()


def test_samples_are_integers_inside_the_picture_that_the_seed_determines(model: VAE):
    first, again, other = (model.sample(500, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, first.round())
    assert first.min() >= 0
    assert (first < torch.tensor([60, 60, 256, 256, 256])).all()
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_every_weight_learns(model: VAE, torch_rng: torch.Generator):
    """After a step, because networks that begin at 0 pass no gradient on; on a checkerboard, for which patterns are."""
    x = random_points(1000, torch_rng)
    x[:, 2] = 100 + 100 * torch.cos(torch.pi / 3 * x[:, :2]).prod(1).round()
    model.start_from(x)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        loss = model.loss(x, 1000)
        ((loss.reconstruction + loss.kl).mean() + loss.parameter_kl).backward()
        optimizer.step()

    assert [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_the_loss_is_the_negative_elbo_and_the_parameters_kl_per_point_of_the_data(torch_rng: torch.Generator):
    """With the true posterior the ELBO is log p(x), here on average over the noise."""
    model = LinearGaussianVAE()
    model.parameter_kl = lambda: 30.0  # type: ignore[method-assign]
    x = torch.randn(1, 5, generator=torch_rng)

    loss = model.loss(x.expand(20_000, 5), n_points=60)

    posterior = model.encode(x)
    closed_form = kl_divergence(Normal(posterior.mean, posterior.log_std.exp()), Normal(0.0, 1.0)).sum()
    assert loss.kl.mean().item() == pytest.approx(closed_form.item(), abs=1e-3)
    assert -(loss.reconstruction + loss.kl).mean().item() == pytest.approx(model.log_evidence(x).item(), abs=0.05)
    assert loss.parameter_kl == 0.5


def test_uncertain_parameters_are_drawn_in_training_and_the_means_after_it(model: VAE, torch_rng: torch.Generator):
    x = random_points(50, torch_rng)
    z = model.encode(x).mean

    for part in (lambda: model.decode(z).log_prob(x), lambda: model.prior.log_prob(z)):
        assert torch.equal(part(), part())
        model.train()
        assert not torch.allclose(part(), part(), atol=1e-3)
        model.eval()


def log_probs(mean: float, std: float, highest: int) -> torch.Tensor:
    """The log-probability of each integer in 0 ... `highest`."""
    values = torch.arange(highest + 1.0)
    return log_cell(values, values - mean, torch.tensor(std).log(), highest)


@pytest.mark.parametrize("highest", [0, 1, 255])
@pytest.mark.parametrize("mean", [-20.0, 0.0, 128.4, 255.0, 300.0])
@pytest.mark.parametrize("std", [0.1, 1.0, 60.0])
def test_probabilities_sum_to_one_because_the_borders_take_the_tails(mean: float, std: float, highest: int):
    assert log_probs(mean, std, highest).exp().sum().item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("std", [0.3, 4.0, 60.0])
def test_a_probability_is_the_normals_integral_over_the_cell(std: float):
    normal, values = Normal(100.3, std), torch.arange(1.0, 255.0)
    expected = normal.cdf(values + 0.5) - normal.cdf(values - 0.5)

    torch.testing.assert_close(log_probs(100.3, std, 255)[1:-1].exp(), expected, atol=3e-4, rtol=0)


def test_integers_far_from_the_mean_have_finite_log_probabilities_and_gradients():
    mean = torch.tensor([0.0, 250.0], requires_grad=True)

    value = torch.tensor([250.0, 0.0])
    log_cell(value, value - mean, torch.tensor(0.1).log(), 255).sum().backward()

    assert mean.grad.isfinite().all()
    assert mean.grad[0] > 0 > mean.grad[1]
