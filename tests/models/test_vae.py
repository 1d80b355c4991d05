"""What every model promises, the `model` fixture being each in turn, and the mathematics that all of them share."""

import pytest
import torch
from linear_gaussian import LinearGaussianVAE
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from models.vae import VAE, log_cell


def random_points(n: int, rng: torch.Generator) -> Tensor:
    return torch.cat([torch.randint(60, (n, 2), generator=rng), torch.randint(256, (n, 3), generator=rng)], 1).float()


def test_samples_are_integers_inside_the_picture(model: VAE, torch_rng: torch.Generator):
    x = model.sample(500, torch_rng)

    assert torch.equal(x, x.round())
    assert ((x >= 0) & (x < torch.tensor([60, 60, 256, 256, 256]))).all()


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


@pytest.mark.parametrize("highest", [0, 1, 255])
@pytest.mark.parametrize(("mean", "std"), [(-20.0, 1.0), (0.0, 0.1), (100.3, 0.3), (128.4, 60.0), (300.0, 60.0)])
def test_a_probability_is_the_normals_integral_over_a_cell_or_a_tail(highest: int, mean: float, std: float):
    values = torch.arange(highest + 1.0)
    above = Normal(mean, std).cdf(values[:-1] + 0.5)
    expected = torch.cat([above, torch.ones(1)]) - torch.cat([torch.zeros(1), above])

    probabilities = log_cell(values, values - mean, torch.tensor(std).log(), highest).exp()

    torch.testing.assert_close(probabilities, expected, atol=3e-4, rtol=0)
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-3)


def test_integers_far_from_the_mean_have_finite_log_probabilities_and_gradients():
    mean = torch.tensor([0.0, 250.0], requires_grad=True)

    value = torch.tensor([250.0, 0.0])
    log_cell(value, value - mean, torch.tensor(0.1).log(), 255).sum().backward()

    assert mean.grad.isfinite().all()
    assert mean.grad[0] > 0 > mean.grad[1]
