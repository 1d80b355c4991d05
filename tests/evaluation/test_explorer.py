import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from models.generator import Generator, build_model
from models.prior import MixturePrior
from models.registry import MODELS
from utils.evaluation.explorer import CONTOURS, POINTS, POSITIONS, POSITIONS_OF_ONE, explore


def a_generator(points: ColoredPoints, name: str, latent_dim: int) -> Generator:
    torch.manual_seed(0)
    config = {"model": name, "hidden_dim": 16, "latent_dim": latent_dim, "n_components": 4, "seed": 1}
    return Generator(build_model(config, points.scaling), points.scaling, config, "")


@pytest.mark.parametrize("name", sorted(MODELS))
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_decoder_draws_points_of_the_picture_at_every_position(
    points: ColoredPoints, rng: np.random.Generator, name: str, latent_dim: int
):
    means = rng.normal(0, np.arange(1, latent_dim + 1), (300, latent_dim))

    found = explore(a_generator(points, name, latent_dim), means)

    # Those that vary most.
    assert found.latents == tuple(range(latent_dim))[::-1][:2]
    shape = (1, POSITIONS_OF_ONE) if latent_dim == 1 else (POSITIONS, POSITIONS)
    assert found.drawn.shape == (*shape, POINTS, 5)
    assert found.likelier.shape == shape
    assert found.drawn.min() >= 0
    assert (found.drawn.reshape(-1, 5).max(0) < [60, 60, 256, 256, 256]).all()
    assert np.array_equal(found.means, means[:, found.latents])
    # Nearly all data are on the map.
    low, high = (np.array([axis[end] for axis in found.axes]) for end in (0, -1))
    assert ((found.means > low) & (found.means < high)).all(1).mean() > 0.97


def test_the_same_generator_gives_the_same_pictures(points: ColoredPoints, rng: np.random.Generator):
    generator, means = a_generator(points, "vanilla", 3), rng.normal(size=(50, 3))

    assert np.array_equal(explore(generator, means).drawn, explore(generator, means).drawn)


def test_positions_and_contours_are_where_the_prior_draws(points: ColoredPoints, rng: np.random.Generator):
    """For one normal, the share of draws at likelier places than a position is known."""
    generator = a_generator(points, "vanilla", 2)
    generator.model.prior = MixturePrior(2, 1)
    with torch.no_grad():
        generator.model.prior.mean.zero_()
        generator.model.prior.log_std.zero_()

    found = explore(generator, rng.normal(0, [2, 1], (300, 2)))

    across, up = np.meshgrid(*found.axes)
    assert found.likelier == pytest.approx(1 - np.exp(-(across**2 + up**2) / 2), abs=0.05)
    assert found.levels == pytest.approx((1 - np.array(CONTOURS)) / (2 * np.pi), rel=0.2)


def test_draws_given_two_latents_are_those_of_all_draws_that_happen_to_have_them():
    torch.manual_seed(3)
    prior, rng = MixturePrior(3, 4), torch.Generator().manual_seed(1)
    with torch.no_grad():
        z = prior.sample(2_000_000, rng)
        given = prior.sample_given([0, 1], [0.5, -0.3], 100_000, rng)
    near = z[((z[:, :2] - torch.tensor([0.5, -0.3])).abs() < 0.05).all(1)]

    assert (given[:, :2] == torch.tensor([0.5, -0.3])).all()
    levels = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])
    assert given[:, 2].quantile(levels).numpy() == pytest.approx(near[:, 2].quantile(levels).numpy(), abs=0.1)
