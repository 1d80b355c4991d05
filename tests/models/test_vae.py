"""What every model promises, the `model` fixture being each in turn, and the mathematics that all of them share."""

import pytest
import torch
from linear_gaussian import LinearGaussianVAE
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from models.vae import VAE, Noise


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
    """After a step, because networks that begin at 0 pass no gradient on."""
    x = random_points(200, torch_rng)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        loss = model.loss(x, model.sample_noise(200, torch_rng), 200)
        ((loss.reconstruction + loss.kl).mean() + loss.penalty).backward()
        optimizer.step()

    assert [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()] == []


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
