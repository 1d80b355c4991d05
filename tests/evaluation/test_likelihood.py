import math

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussianVAE

from data.points import ColoredPoints
from data.scaling import Scaling
from models.generator import Generator
from models.vae import VAE
from utils.evaluation.likelihood import evaluate_loss, evaluate_model, importance_weighted_bound, yardsticks


@pytest.mark.parametrize("draws", [1, 30])
def test_losses_are_means_over_all_points_however_they_are_cut(points: ColoredPoints, draws: int):
    """300 points are one block, or five of unequal size. With the true posterior, the ELBO is the log-likelihood."""
    model, in_rgb = LinearGaussianVAE(), ColoredPoints(points.points, Scaling(points.scaling.shape))
    x = points.points.float()

    reconstruction, kl = evaluate_loss(model, in_rgb, seed=0, draws=draws)

    posterior = model.encode(x)
    assert kl == pytest.approx(model.prior.kl(posterior, posterior.mean).mean().item())
    assert reconstruction + kl == pytest.approx(-model.log_evidence(x).mean().item(), rel=1e-3)


def test_the_second_decimal_of_the_final_loss_is_true_and_that_of_one_draw_is_not(points: ColoredPoints, model: VAE):
    one, many = ([evaluate_loss(model, points, seed, draws) for seed in range(8)] for draws in (1, 53))

    assert np.std(np.sum(many, 1), ddof=1) < 0.005 < np.std(np.sum(one, 1), ddof=1)
    assert evaluate_loss(model, points, 0) == one[0]


def test_the_bound_is_the_log_likelihood_with_the_true_posterior_and_rises_towards_it_with_another(
    torch_rng: torch.Generator,
):
    true, shifted, x = LinearGaussianVAE(), LinearGaussianVAE(shift=0.4), torch.randn(50, 5, generator=torch_rng)
    for k in (1, 7):
        bound = importance_weighted_bound(true, x, k, torch_rng)
        torch.testing.assert_close(bound, true.log_evidence(x), atol=1e-4, rtol=0)

    many, exact = x[:1].expand(4000, 5), true.log_evidence(x[:1]).item()
    elbo = exact - (0.4 / shifted.encode(x[:1]).log_std.exp()).square().sum().item() / 2
    one, five, fifty = (importance_weighted_bound(shifted, many, k, torch_rng).mean().item() for k in (1, 5, 50))
    assert one == pytest.approx(elbo, abs=0.1)
    assert one + 0.3 < five < fifty - 0.1 < exact - 0.08


def test_a_latent_is_active_if_the_variance_of_its_mean_exceeds_a_hundredth(points: ColoredPoints, model: VAE):
    means = np.array([[0.0, 0.0, 0.0], [1.0, 0.19, 0.21]])

    figures = evaluate_model(Generator(model, points.scaling, {"seed": 1}, ""), *points.split(0.5, 1), means)

    assert figures["active_units"] == 2
    assert figures["heldout_elbo"] < figures["heldout_iwae"] + 0.1


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
