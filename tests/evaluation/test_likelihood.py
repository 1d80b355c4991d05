import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from data.points import ColoredPoints
from data.scaling import Scaling
from models.generator import Generator, build_model
from models.vae import VAE, Loss, Noise, Posterior
from utils.evaluation.likelihood import (
    active_units,
    evaluate_bound,
    evaluate_loss,
    evaluate_model,
    posterior_means,
)


class WithoutLatent(VAE):
    """A model that ignores z and gives all points the standard normal density, so that every bound is exact."""

    def __init__(self) -> None:
        super().__init__(latent_dim=1, n_components=1)
        for parameter in self.prior.parameters():
            nn.init.zeros_(parameter)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior(torch.zeros(len(x), 1), torch.zeros(len(x), 1))

    def decode(self, z: Tensor, noise: Noise | None = None) -> Independent:
        return Independent(Normal(torch.zeros(len(z), 5), 1.0), 1)


class RowNumber(WithoutLatent):
    """A model whose reconstruction is x itself and whose KL is a half."""

    def loss(self, x: Tensor, noise: Noise) -> Loss:
        assert noise.latent.shape == (len(x), self.latent_dim)
        return Loss(x[:, 0], torch.full((len(x),), 0.5), self.decode(noise.latent))


def test_losses_are_means_over_all_points_and_count_the_cells_of_the_grid(
    points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.evaluation.likelihood.BLOCK", 128)

    reconstruction, kl = evaluate_loss(RowNumber(), points, seed=0)

    rows = (points.points[:, 0].double() + 0.5).mean().item() / 60
    assert reconstruction == pytest.approx(rows + points.scaling.log_cells, abs=0.002)
    assert kl == 0.5


def test_the_same_seed_draws_the_same_noise(points: ColoredPoints, model: VAE):
    losses = [evaluate_loss(model, points, seed) for seed in (3, 3, 4)]

    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def in_rgb(points: ColoredPoints) -> ColoredPoints:
    """The same points; in the unit cube, a color's channels lie where its levels say."""
    return ColoredPoints(points.points, Scaling.of_picture(*points.scaling.shape))


def test_the_bound_is_the_mean_log_probability_of_the_integer_points(points: ColoredPoints):
    points = in_rgb(points)
    bound = evaluate_bound(WithoutLatent(), points, seed=0, k=3)

    x = (points.points.double() + 0.5) / torch.tensor(points.scaling.size)
    density = (-0.5 * x.square() - 0.5 * math.log(2 * math.pi)).sum(1).mean().item()
    assert bound == pytest.approx(density - points.scaling.log_cells, abs=0.01)


def test_posterior_means_are_where_the_encoder_puts_the_points(points: ColoredPoints, model: VAE):
    points = in_rgb(points)
    generator = Generator(model, points.scaling, {}, "")

    means = posterior_means(generator, points.points.numpy())

    with torch.no_grad():
        middles = ((points.points + 0.5) / torch.tensor(points.scaling.size)).float()
        expected = model.encode(middles).mean.numpy()
    # A point lies anywhere in its cell, which is small.
    assert means.shape == expected.shape
    assert np.abs(means - expected).max() < 0.2 * np.abs(expected).max()


def test_an_active_unit_is_a_latent_whose_mean_has_a_variance_above_the_threshold(rng: np.random.Generator):
    means = rng.normal(0, [1, 0.09, 0.11, 0.0], (100_000, 4))

    assert active_units(means) == 2
    assert active_units(means, threshold=0.5) == 1


def test_the_models_figures_agree_with_each_other(points: ColoredPoints):
    config = {"model": "vanilla", "hidden_dim": 16, "latent_dim": 2, "n_components": 4, "seed": 1}
    torch.manual_seed(0)
    generator = Generator(build_model(config, points.scaling), points.scaling, config, "")
    train, held_out = points.split(0.2, seed=1)

    figures = evaluate_model(generator, train, held_out, np.array([[0.0, 0.0], [1.0, 0.0]]))

    for name in ("train", "heldout"):
        elbo = -figures[f"{name}_reconstruction"] - figures[f"{name}_kl"]
        assert figures[f"{name}_elbo"] == pytest.approx(elbo)
    assert figures["heldout_iwae"] > figures["heldout_elbo"]
    assert figures["active_units"] == 1
