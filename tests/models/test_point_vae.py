"""The encoder and decoder of points, with each prior, on pictures small enough to count everything in."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from data.scaling import Scaling
from models.generator import build_model
from models.picture_prior import REACH, PicturePrior
from models.point_vae import PointVAE
from utils.evaluation.likelihood import importance_weighted_bound

HEIGHT, WIDTH = 6, 8
EACH_MODEL = pytest.mark.parametrize("name", ["vanilla", "attention"])


def build(name: str, prior: str, latent_dim: int = 2, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> PointVAE:
    torch.manual_seed(0)
    config = {"model": name, "prior": prior, "hidden_dim": 16, "latent_dim": latent_dim, "n_components": 4}
    return build_model(config, Scaling(shape)).eval()


def all_places(color: tuple[int, int, int] = (120, 90, 200), shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Tensor:
    """A point of one color on each pixel."""
    places = torch.cartesian_prod(*map(torch.arange, shape)).float()
    return torch.cat([places, torch.tensor(color).expand(len(places), 3)], 1)


def train(model: PointVAE, steps: int) -> None:
    """Some steps on points of an ellipse whose colors follow the row, so that nothing is as it was at the start."""
    x = all_places()
    x = x[((x[:, 0] - 2.5) / 2.5).square() + ((x[:, 1] - 3.5) / 2.5).square() < 1]
    x[:, 2] += 10 * x[:, 0]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model.loss(x, len(x))
        ((loss.reconstruction + loss.kl).mean() + loss.parameter_kl).backward()
        optimizer.step()


@torch.no_grad()
def exact_log_prob(model: PointVAE, x: Tensor) -> Tensor:
    """log p(x), with z integrated out on a grid that covers all the mass of the prior."""
    n, reach = (100, 1.1 * REACH) if isinstance(model.prior, PicturePrior) else (40, 6.0)
    middle = reach * ((2 * torch.arange(n) + 1) / n - 1)
    z = torch.cartesian_prod(middle, middle)
    log_mass, decoded = model.prior.log_prob(z) + 2 * math.log(2 * reach / n), model.decode(z)
    return torch.stack([(decoded.log_prob(point.expand(len(z), 5)) + log_mass).logsumexp(0) for point in x])


@pytest.mark.parametrize("prior", ["picture", "mixture", "normal"])
def test_exact_probabilities_sum_to_one_are_those_of_draws_and_above_bounds(prior: str, torch_rng: torch.Generator):
    model, x, n = build("vanilla", prior), all_places(), 100
    train(model, 30)
    exact = exact_log_prob(model, x)
    with torch.no_grad():
        of_places = (exact - model.colors(x[:, :2]).log_prob(x[:, 2:])).exp()

    assert of_places.sum().item() == pytest.approx(1, abs=2e-3)

    row, column = model.sample(100_000, torch_rng)[:, :2].long().unbind(1)
    shares = torch.bincount(row * WIDTH + column, minlength=len(x)) / 100_000
    assert 0.5 * (shares - of_places).abs().sum() < 0.02

    with torch.no_grad():
        many = x.repeat_interleave(n, 0)
        loss = model.loss(many, 1)
        elbos = -(loss.reconstruction + loss.kl).view(len(x), n)
        weighted = importance_weighted_bound(model, many, 20, torch_rng).view(len(x), n)
    for bound in (elbos, weighted):
        assert (bound.mean(1) < exact + 4 * bound.std(1) / n**0.5 + 1e-3).all()
    assert elbos.mean() + 0.1 < weighted.mean() < exact.mean() < weighted.mean() + 0.3


@EACH_MODEL
def test_at_the_start_encoder_and_decoder_of_a_sharp_prior_are_inverse_to_a_fraction_of_a_pixel(name: str):
    x = all_places(shape=(40, 70))
    model = build(name, "picture", shape=(40, 70))

    with torch.no_grad():
        posterior = model.encode(x)
        decoded = model.decode(posterior.mean)
        std_in_pixels = posterior.log_std.exp() * torch.tensor([40, 70]) / 5

    torch.testing.assert_close(decoded.mean, x[:, :2], atol=1e-3, rtol=0)
    assert 0.1 < std_in_pixels.min() <= std_in_pixels.max() < 1
    assert posterior.mean.abs().max() < 2.5 < REACH


@EACH_MODEL
@pytest.mark.parametrize("latent_dim", [1, 3])
def test_everything_depends_on_all_that_it_is_computed_from(name: str, latent_dim: int):
    model = build(name, "mixture", latent_dim)
    train(model, 10)

    with torch.no_grad():
        z, place = torch.zeros(1, latent_dim), torch.tensor([[2.0, 3.0]])
        for moved in torch.eye(latent_dim).split(1):
            assert not torch.allclose(model.decode(moved).mean, model.decode(z).mean, atol=1e-3)
        for moved in (torch.tensor([[4.0, 3.0]]), torch.tensor([[2.0, 6.0]])):
            assert not torch.allclose(model.colors(moved).mean, model.colors(place).mean, atol=1e-3)
        red, blue = (model.encode(all_places(color)).mean for color in ((250, 0, 0), (0, 0, 250)))
        assert not torch.allclose(red, blue, atol=1e-4)


def test_the_kl_of_uncertain_parameters_is_that_of_prior_and_fields():
    model = build("vanilla", "picture")
    normals = [Normal(part.mean, part.log_std.exp()) for part in (model.fields.smooth, model.fields.patterns)]

    expected = model.prior.parameter_kl() + sum(kl_divergence(normal, Normal(0.0, 1.0)).sum() for normal in normals)
    torch.testing.assert_close(model.parameter_kl(), expected)
