import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from models.generator import Generator, build_model
from utils.evaluation.latent import GRID, STEPS, TRAVERSAL_POINTS, latent_map
from utils.evaluation.likelihood import posterior_means


def a_generator(points: ColoredPoints, latent_dim: int) -> Generator:
    torch.manual_seed(0)
    config = {"model": "vanilla", "hidden_dim": 16, "latent_dim": latent_dim, "n_components": 4, "seed": 0}
    return Generator(build_model(config, points.scaling), points.scaling, config, "")


@pytest.mark.parametrize(("latent_dim", "active", "rows"), [(1, 1, 1), (2, 0, 1), (3, 3, 3), (6, 6, 4)])
def test_the_map_has_a_traversal_for_each_active_latent(points: ColoredPoints, latent_dim: int, active: int, rows: int):
    generator = a_generator(points, latent_dim)
    means = posterior_means(generator, points.points.numpy())

    found = latent_map(generator, means, active)

    assert means.shape == (300, latent_dim)
    assert found.means.shape == (300, 2)
    assert (found.density is None) == (latent_dim == 1)
    assert len(found.traversals) == rows
    for pictures in found.traversals.values():
        assert [picture.shape for picture in pictures] == [(TRAVERSAL_POINTS, 5)] * len(STEPS)


def test_the_map_shows_the_latents_that_vary_most_and_all_of_their_means(points: ColoredPoints):
    generator = a_generator(points, 4)
    means = np.random.default_rng(0).normal(size=(300, 4)) * [1, 4, 2, 3]

    found = latent_map(generator, means, 4)

    assert found.latents == (1, 3)
    assert np.array_equal(found.means, means[:, [1, 3]])
    assert found.density is not None
    assert found.density.shape == (GRID, GRID)
    for place, values in ((found.across, means[:, 1]), (found.up, means[:, 3])):
        assert place[0] < values.min()
        assert place[-1] > values.max()


def test_the_density_is_that_of_the_prior_of_both_latents(points: ColoredPoints):
    generator = a_generator(points, 2)

    found = latent_map(generator, np.random.default_rng(0).normal(size=(300, 2)) * [2, 1], 2)

    assert found.density is not None
    corner = torch.tensor([[found.across[70], found.up[20]]], dtype=torch.float32)
    assert found.density[20, 70] == pytest.approx(generator.model.prior.log_prob(corner).exp().item(), rel=1e-3)


def test_a_traversal_moves_what_the_decoder_draws_and_is_the_same_each_time(points: ColoredPoints):
    generator = a_generator(points, 2)
    with torch.no_grad():
        # A decoder whose places follow the first latent.
        generator.model.decoder.canvas.center.weight.copy_(torch.tensor([[0.2, 0.0], [0.0, 0.0]]))
    means = np.random.default_rng(0).normal(size=(300, 2)) * [2, 1]

    found, again = latent_map(generator, means, 2), latent_map(generator, means, 2)

    first, last = found.traversals[0][0], found.traversals[0][-1]
    assert last[:, 0].mean() > first[:, 0].mean() + 10
    assert np.array_equal(first, again.traversals[0][0])
