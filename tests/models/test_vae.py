"""What both models promise: the `model` fixture is each in turn."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.attention import AttentionVAE
from models.vae import VAE, Posterior


def test_shapes(model: VAE, generator: torch.Generator):
    x = torch.rand(7, 5, generator=generator)

    posterior = model.encode(x)
    z = model.reparameterize(posterior, model.noise(len(posterior.mean), generator))
    decoded = model.decode(z)
    reconstruction, kl = model.loss(x, model.noise(len(x), generator))

    assert posterior.mean.shape == posterior.log_std.shape == z.shape == (7, 3)
    assert decoded.log_prob(x).shape == reconstruction.shape == kl.shape == (7,)
    assert decoded.sample(generator).shape == model.sample(7, generator).shape == (7, 5)


def test_samples_lie_in_the_unit_cube(model: VAE, generator: torch.Generator):
    samples = model.sample(1000, generator)

    assert samples.min() >= 0
    assert samples.max() <= 1


def test_the_same_seed_draws_the_same_points(model: VAE):
    first, again, other = (model.sample(20, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_reparameterized_draw_is_mean_plus_std_times_noise(model: VAE, generator: torch.Generator):
    posterior = Posterior(torch.full((50_000, 3), 2.0, requires_grad=True), torch.full((50_000, 3), math.log(0.5)))

    z = model.reparameterize(posterior, model.noise(len(posterior.mean), generator))
    z.sum().backward()

    assert z.mean().item() == pytest.approx(2.0, abs=0.01)
    assert z.std().item() == pytest.approx(0.5, abs=0.01)
    assert (posterior.mean.grad == 1).all()


def test_under_a_single_normal_prior_the_kl_agrees_with_the_closed_form(generator: torch.Generator):
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=1)
    with torch.no_grad():
        model.prior.mean.zero_()
        model.prior.log_std.zero_()
        x = torch.rand(1, 5, generator=generator)
        posterior = model.encode(x)
        closed_form = kl_divergence(Normal(posterior.mean, posterior.log_std.exp()), Normal(0.0, 1.0)).sum()
        estimate = model.loss(x.expand(50_000, 5), model.noise(50_000, generator)).kl

    assert estimate.mean().item() == pytest.approx(closed_form.item(), abs=0.02)


def test_both_losses_send_gradients_to_every_weight(model: VAE, generator: torch.Generator):
    reconstruction, kl = model.loss(torch.rand(50, 5, generator=generator), model.noise(50, generator))

    (reconstruction + kl).mean().backward()

    without = [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert without == []


def test_a_model_can_learn_one_batch_by_heart(model: VAE, generator: torch.Generator):
    x = torch.rand(8, 5, generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    before = model.loss(x, model.noise(len(x), generator)).reconstruction.mean().item()

    for _ in range(400):
        optimizer.zero_grad()
        model.loss(x, model.noise(len(x), generator)).reconstruction.mean().backward()
        optimizer.step()

    assert model.loss(x, model.noise(len(x), generator)).reconstruction.mean().item() < before - 8


def test_the_density_of_points_given_a_latent_integrates_to_one(model: VAE, generator: torch.Generator):
    """Estimated with points spread evenly over a box that holds nearly all of it: colors may reach over the border."""
    low, high = torch.tensor([0, 0, -0.5, -0.5, -0.5]), torch.tensor([1, 1, 1.5, 1.5, 1.5])
    x = low + (high - low) * torch.rand(100_000, 5, generator=generator)
    z = model.prior.sample(1, generator).expand(len(x), 3)

    with torch.no_grad():
        integral = model.decode(z).log_prob(x).exp().mean() * (high - low).prod()

    assert integral.item() == pytest.approx(1, abs=0.05)


def test_the_attention_decoder_looks_at_earlier_coordinates_only(generator: torch.Generator):
    """A hidden vector must not change with a later coordinate: else what is trained is not what is sampled."""
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4)
    z, x = model.prior.sample(6, generator), torch.rand(6, 4, generator=generator)

    for coordinate in range(4):
        changed = x.clone()
        changed[:, coordinate] = 1 - changed[:, coordinate]
        same = model.color_stack(z, x) == model.color_stack(z, changed)
        assert same[:, : coordinate + 1].all()
        assert not same[:, coordinate + 1].any()


def test_the_attention_decoder_draws_from_the_density_it_is_trained_with(generator: torch.Generator):
    """Sampling goes token by token and remembers; training takes all at once: both must see the same hidden vectors."""
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4)
    z, x = model.prior.sample(6, generator), torch.rand(6, 4, generator=generator)

    past = []
    one_by_one = [model.color_stack(z, x[:, :k], past, skip=2 if k == 2 else 0) for k in (2, 3, 4)]

    for at_once in (model.color_stack(z, x)[:, 2:], model.color_stack(z, x, skip=2)):
        assert torch.allclose(torch.cat(one_by_one, dim=1), at_once, atol=1e-5)
