import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussianVAE
from torch.distributions import Independent, Normal, kl_divergence

from data.points import ColoredPoints
from data.scaling import Scaling
from models.generator import Generator, build_model
from models.latent import NormalPrior
from models.vae import VAE
from utils.evaluation.likelihood import (
    active_units,
    evaluate_bound,
    evaluate_loss,
    evaluate_model,
    importance_weighted_bound,
    posterior_means,
)


@pytest.fixture
def rgb(points: ColoredPoints) -> ColoredPoints:
    """The same points for models that see their colors as r, g, b."""
    return ColoredPoints(points.points, Scaling(points.scaling.shape))


def test_losses_are_means_over_all_points_however_they_are_cut(rgb: ColoredPoints, monkeypatch: pytest.MonkeyPatch):
    """With the true posterior, they add up to -log p(x)."""
    model = LinearGaussianVAE()
    monkeypatch.setattr("utils.evaluation.likelihood.BLOCK", 128)

    reconstruction, kl = evaluate_loss(model, rgb, seed=0)

    expected = NormalPrior(2).kl(model.encode(rgb.points.float()), torch.zeros(0)).mean().item()
    assert kl == pytest.approx(expected, rel=1e-4)
    assert reconstruction + kl == pytest.approx(-model.log_evidence(rgb.points.float()).mean().item(), rel=1e-4)


def test_the_same_seed_draws_the_same_noise(points: ColoredPoints, model: VAE):
    losses = [evaluate_loss(model, points, seed) for seed in (3, 3, 4)]

    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_the_bound_is_the_mean_over_the_points(rgb: ColoredPoints):
    model = LinearGaussianVAE()

    assert evaluate_bound(model, rgb, 0, k=3) == pytest.approx(
        model.log_evidence(rgb.points.float()).mean().item(), rel=1e-4
    )


def test_with_the_true_posterior_the_bound_is_the_log_likelihood_for_any_number_of_draws(torch_rng: torch.Generator):
    model = LinearGaussianVAE()
    x = torch.randn(50, 5, generator=torch_rng)

    for k in (1, 7):
        bound = importance_weighted_bound(model, x, k, torch_rng)
        torch.testing.assert_close(bound, model.log_evidence(x), atol=1e-4, rtol=0)


def test_with_another_posterior_the_bound_rises_from_the_elbo_towards_the_log_likelihood(torch_rng: torch.Generator):
    model = LinearGaussianVAE(shift=0.4)
    x = torch.randn(1, 5, generator=torch_rng)
    exact, many = model.log_evidence(x).item(), x.expand(4000, 5)
    posterior, true_posterior = (m.encode(x) for m in (model, LinearGaussianVAE()))
    normals = (Independent(Normal(q.mean, q.log_std.exp()), 1) for q in (posterior, true_posterior))
    elbo = exact - kl_divergence(*normals).item()

    bounds = {k: importance_weighted_bound(model, many, k, torch_rng).mean().item() for k in (1, 5, 50)}

    assert elbo < exact - 1
    assert bounds[1] == pytest.approx(elbo, abs=0.1)
    assert bounds[1] + 0.3 < bounds[5] < bounds[50] - 0.1
    assert bounds[50] < exact + 0.02


def test_posterior_means_are_where_the_encoder_puts_the_points(rgb: ColoredPoints):
    model = LinearGaussianVAE()

    means = posterior_means(Generator(model, rgb.scaling, {}, ""), rgb.points.numpy())

    assert np.array_equal(means, model.encode(rgb.points.float()).mean.numpy())


def test_an_active_unit_is_a_latent_whose_mean_has_a_variance_above_the_threshold(rng: np.random.Generator):
    means = rng.normal(0, [1, 0.09, 0.11, 0.0], (100_000, 4))

    assert active_units(means) == 2
    assert active_units(means, threshold=0.5) == 1


def test_the_models_figures_agree_with_each_other(points: ColoredPoints):
    config = {"model": "vanilla", "prior": "picture", "hidden_dim": 16, "latent_dim": 2, "n_components": 4, "seed": 1}
    torch.manual_seed(0)
    generator = Generator(build_model(config, points.scaling), points.scaling, config, "")
    train, held_out = points.split(0.2, seed=1)

    figures = evaluate_model(generator, train, held_out, np.array([[0.0, 0.0], [1.0, 0.0]]))

    for name in ("train", "heldout"):
        elbo = -figures[f"{name}_reconstruction"] - figures[f"{name}_kl"]
        assert figures[f"{name}_elbo"] == pytest.approx(elbo)
    assert figures["heldout_iwae"] > figures["heldout_elbo"]
    assert figures["active_units"] == 1
