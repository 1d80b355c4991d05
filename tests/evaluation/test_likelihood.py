import math

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussianVAE
from torch import Tensor, nn
from torch.distributions import Independent, Normal, kl_divergence

from data.points import ColoredPoints
from data.scaling import Scaling
from models.generator import Generator, build_model
from models.priors import NormalPrior, Posterior
from models.vae import VAE
from utils.evaluation.likelihood import (
    evaluate_loss,
    evaluate_model,
    importance_weighted_bound,
    normal_draws,
    yardsticks,
)


class WithoutLatent(VAE):
    """A model that ignores z, so that every bound is exact: each coordinate is N(100, 50^2)."""

    normal = Normal(100.0, 50.0)

    def __init__(self) -> None:
        super().__init__(NormalPrior(1))
        self.weight = nn.Parameter(torch.zeros(()))

    def encode(self, x: Tensor) -> Posterior:
        return Posterior(x[:, :1], torch.zeros(len(x), 1))

    def decode(self, z: Tensor) -> Independent:
        return Independent(self.normal.expand((len(z), 5)), 1)


def rgb(points: ColoredPoints) -> ColoredPoints:
    """The same points for models that see their colors as r, g, b."""
    return ColoredPoints(points.points, Scaling(points.scaling.shape))


@pytest.mark.parametrize("draws", [1, 7, 30])
def test_losses_are_means_over_all_points_however_they_are_cut(points: ColoredPoints, draws: int):
    """300 points are one block, two of unequal size, or five."""
    reconstruction, kl = evaluate_loss(WithoutLatent(), rgb(points), seed=0, draws=draws)

    x = points.points.float()
    assert reconstruction == pytest.approx(-WithoutLatent.normal.log_prob(x).sum(1).mean().item())
    assert kl == pytest.approx(0.5 * x[:, 0].square().mean().item())


def test_normal_draws_are_normal_and_those_of_a_point_fill_the_space(torch_rng: torch.Generator):
    x = normal_draws(64, 1000, 2, torch_rng).view(64, 1000, 2)

    assert x.mean((0, 1)).tolist() == pytest.approx([0, 0], abs=0.01)
    assert torch.allclose(x.view(-1, 2).T.cov(), torch.eye(2), atol=0.01)
    # Independent ones would have the standard deviations 0.125 and 0.177.
    assert max(x.mean(0).std().item(), x.square().mean(0).std().item()) < 0.06


def test_the_second_decimal_of_the_final_loss_is_true_and_that_of_one_draw_is_not(points: ColoredPoints, model: VAE):
    one, many = ([evaluate_loss(model, points, seed, draws) for seed in range(8)] for draws in (1, 53))

    assert np.std(np.sum(many, 1), ddof=1) < 0.005 < np.std(np.sum(one, 1), ddof=1)
    assert evaluate_loss(model, points, 0) == one[0]


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


def test_the_models_figures_agree_with_each_other(points: ColoredPoints):
    config = {"model": "vanilla", "prior": "picture", "hidden_dim": 16, "latent_dim": 2, "n_components": 4, "seed": 1}
    torch.manual_seed(0)
    generator = Generator(build_model(config, points.scaling), points.scaling, config, "")
    train, held_out = points.split(0.2, seed=1)

    # A latent is active if the variance of its mean exceeds 0.01.
    figures = evaluate_model(generator, train, held_out, np.array([[0.0, 0.0, 0.0], [1.0, 0.19, 0.21]]))

    for name in ("train", "heldout"):
        elbo = -figures[f"{name}_reconstruction"] - figures[f"{name}_kl"]
        assert figures[f"{name}_elbo"] == pytest.approx(elbo)
    # Another seed gives the same second decimal.
    assert figures["heldout_elbo"] == pytest.approx(-sum(evaluate_loss(generator.model, held_out, 2, 500)), abs=0.01)
    assert figures["heldout_iwae"] > figures["heldout_elbo"]
    assert figures["active_units"] == 2


def test_the_yardsticks_are_the_entropies_of_what_they_describe(rng: np.random.Generator):
    places = (100 + 10 * rng.normal(size=(4000, 2))).round().astype(int)
    colors = np.repeat(places[:, :1] + rng.integers(-1, 2, (4000, 1)), 3, axis=1)
    points = ColoredPoints(torch.from_numpy(np.column_stack([places, colors])), Scaling((200, 200)))

    losses = yardsticks(*points.split(0.2, seed=1))

    # Two normals 10 wide, a color that deviates by (2/3)^(1/2) from the row, and two that equal it.
    two_normals, color = 2 * (math.log(10) + 1.419), math.log((2 / 3) ** 0.5) + 1.419
    assert losses["one_normal_loss"] == pytest.approx(two_normals + color + 0.1, abs=0.15)
    # Eight neighbors know the row to a pixel or two, three times over.
    assert two_normals + color + 0.5 < losses["no_latent_loss"] < two_normals + 3 * (color + 1)
