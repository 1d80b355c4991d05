import math

import pytest
import torch

from models.densities import Histogram, NormalMixture, PointHead


def integral(log_prob: torch.Tensor, width: float) -> torch.Tensor:
    return log_prob.exp().sum(-1) * width


def test_a_histogram_is_a_density_on_the_unit_interval(torch_rng: torch.Generator):
    histogram = Histogram(torch.randn(3, 10, generator=torch_rng))
    middles = (torch.arange(1000) + 0.5) / 1000

    log_prob = torch.stack([histogram.log_prob(v.expand(3)) for v in middles], dim=-1)

    assert torch.allclose(integral(log_prob, 1 / 1000), torch.ones(3), atol=1e-4)


def test_a_histogram_gives_each_bin_its_probability(torch_rng: torch.Generator):
    probabilities = torch.tensor([0.1, 0.0, 0.6, 0.3])
    histogram = Histogram(probabilities.log().expand(100_000, 4))

    draws = histogram.sample(torch_rng)

    assert torch.allclose(torch.histc(draws, 4, 0, 1) / len(draws), probabilities, atol=0.01)
    assert histogram.log_prob(torch.full((100_000,), 0.6))[0].item() == pytest.approx(math.log(0.6 * 4))


def test_a_mixture_of_normals_has_the_density_of_its_formula():
    weights = torch.tensor([0.25, 0.75])
    mixture = NormalMixture(weights.log()[None], torch.tensor([[0.2, 0.7]]), torch.tensor([[0.1, 0.3]]).log())
    by_hand = 0.25 * torch.distributions.Normal(0.2, 0.1).log_prob(torch.tensor(0.4)).exp()
    by_hand += 0.75 * torch.distributions.Normal(0.7, 0.3).log_prob(torch.tensor(0.4)).exp()

    assert torch.allclose(mixture.log_prob(torch.tensor([0.4])).exp(), by_hand)


def test_draws_of_a_mixture_have_its_mean_and_stay_in_the_unit_interval(torch_rng: torch.Generator):
    parameters = torch.tensor([[0.0, 0.0], [0.4, 0.6], [-3.0, -3.0]])
    draws = NormalMixture(*parameters[:, None].expand(3, 100_000, 2)).sample(torch_rng)
    wide = NormalMixture(*torch.tensor([[0.0], [0.9], [0.0]])[:, None].expand(3, 1000, 1)).sample(torch_rng)

    assert draws.mean().item() == pytest.approx(0.5, abs=0.005)
    assert draws.std().item() == pytest.approx(math.sqrt(0.1**2 + math.exp(-6)), abs=0.005)
    assert wide.min() == 0
    assert wide.max() == 1


def test_the_head_gives_each_coordinate_the_density_of_its_own_hidden_vector(torch_rng: torch.Generator):
    head = PointHead(16)
    h = torch.randn(4, 5, 16, generator=torch_rng)
    changed = h.clone()
    changed[:, 3] += 1
    x = torch.rand(4, 5, generator=torch_rng)

    before, after = head(h), head(changed)

    assert torch.equal(before.places.log_prob(x[:, :2]), after.places.log_prob(x[:, :2]))
    same = before.colors.log_prob(x[:, 2:]) == after.colors.log_prob(x[:, 2:])
    assert same.all(0).tolist() == [True, False, True]
    assert torch.allclose(head.places(h[:, 1:2], slice(1, 2)).logits, before.places.logits[:, 1:], atol=1e-6)


def test_with_a_level_the_logits_of_y_saturate_and_those_of_x_do_not(torch_rng: torch.Generator):
    head = PointHead(16, level=4.0)

    h = 100 * torch.randn(50, 2, 16, generator=torch_rng)

    x, y = head.places(h).logits.detach().unbind(1)
    alone = torch.cat([head.places(h[:, i : i + 1], slice(i, i + 1)).logits for i in (0, 1)], dim=1)

    assert x.abs().max() > 20
    assert y.max() == pytest.approx(4, abs=1e-3)
    assert y.min() < -20
    assert torch.allclose(alone, torch.stack([x, y], dim=1), atol=1e-3)
