import math

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from models.generator import Generator, build_model
from models.priors import NormalPrior
from utils.evaluation.latent_map import POINTS, POSITIONS, latent_map
from utils.evaluation.likelihood import posterior_means


class Wide(NormalPrior):
    """A normal that is twice as wide along the second latent."""

    def log_prob(self, z: torch.Tensor) -> torch.Tensor:
        return super().log_prob(torch.column_stack([z[:, :1], z[:, 1:] / 2])) - math.log(2)

    def sample(self, n: int, rng: torch.Generator) -> torch.Tensor:
        return super().sample(n, rng) * torch.tensor([1.0, 2.0, 1.0])[: self.latent_dim]


def a_generator(points: ColoredPoints, latent_dim: int, prior: str = "mixture") -> Generator:
    torch.manual_seed(0)
    settings = {"model": "vanilla", "prior": prior, "hidden_dim": 16, "latent_dim": latent_dim, "n_components": 4}
    return Generator(build_model(settings, points.scaling), points.scaling, settings | {"seed": 1}, "")


@pytest.mark.parametrize(("latent_dim", "latents"), [(1, [1, 0]), (2, [1, 0]), (4, [3, 1])])
def test_the_map_shows_the_latents_that_vary_most_and_what_is_drawn_all_over_it(
    points: ColoredPoints, rng: np.random.Generator, latent_dim: int, latents: list[int]
):
    means = rng.normal(0, np.array([1, 5, 1, 6])[:latent_dim], (300, latent_dim))
    generator = a_generator(points, latent_dim)

    made = latent_map(generator, means)

    assert made.latents == latents
    assert np.array_equal(made.means, np.pad(means, ((0, 0), (0, 1)))[:, latents])
    assert made.points.shape == (POSITIONS, POSITIONS, POINTS, 5)
    low, high = (np.array([axis[end] for axis in made.grid]) for end in (0, -1))
    assert ((made.means > low) & (made.means < high)).all(1).mean() > 0.97
    assert np.array_equal(made.points, latent_map(generator, means).points)


@pytest.mark.parametrize(("latent_dim", "tolerance"), [(2, 0.02), (3, 0.08)])
def test_density_and_contours_are_those_of_the_prior_exactly_or_estimated(
    points: ColoredPoints, rng: np.random.Generator, latent_dim: int, tolerance: float
):
    generator = a_generator(points, latent_dim)
    generator.model.prior = Wide(latent_dim)

    made = latent_map(generator, rng.normal(0, [3, 2, 1][:latent_dim], (300, latent_dim)))

    # The latent that varies less is across.
    (across, down), highest = np.meshgrid(*made.grid), 1 / (4 * np.pi)
    expected = highest * np.exp(-((across / 2) ** 2 + down**2) / 2)
    assert made.density == pytest.approx(expected, abs=0.2 * tolerance)
    assert made.levels == pytest.approx(highest * np.array([0.5, 0.2, 0.05]), rel=5 * tolerance)


def test_the_map_of_a_sharp_prior_is_the_picture_upright(points: ColoredPoints):
    """A row down is a row of the picture, and a column across one of its columns; one contour holds it."""
    generator = a_generator(points, 2, prior="picture")

    made = latent_map(generator, posterior_means(generator, points.points.numpy()))

    expected = np.stack(np.meshgrid(*made.positions)[::-1], -1) / 5 * 60 + 29.5
    assert made.points[..., :2].mean(2) == pytest.approx(expected.clip(0, 59), abs=0.3)
    assert made.contours == (0.95,)
