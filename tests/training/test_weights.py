import copy

import pytest
import torch

from models.vae import VAE, Noise
from utils.training.weights import FlatWeights, WeightAverage


def flat(parameters: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([parameter.flatten() for parameter in parameters])


def total_loss(model: VAE, x: torch.Tensor, noise: Noise) -> torch.Tensor:
    reconstruction, kl, decoded = model.loss(x, noise)
    return (reconstruction + kl).mean() + model.regularization(x, noise, decoded, len(x))


def test_the_vectors_hold_all_weights_once_and_change_nothing(model: VAE):
    before = copy.deepcopy(model)

    weights = FlatWeights(model)

    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before.parameters(), strict=True))
    for vector, group in zip(weights.vectors, before.weight_groups(), strict=True):
        assert torch.equal(vector, flat(group.parameters))
    assert sum(map(len, weights.vectors)) == sum(parameter.numel() for parameter in before.parameters())


def test_the_models_weights_are_views_of_the_vectors(model: VAE):
    weights = FlatWeights(model)

    for vector in weights.vectors:
        vector.fill_(0.5)

    assert all((parameter == 0.5).all() for parameter in model.parameters())


def test_gradients_are_those_of_a_backward_pass(model: VAE, torch_rng: torch.Generator):
    x, plain = torch.rand(8, 5, generator=torch_rng), copy.deepcopy(model)
    noise = model.sample_noise(8, torch_rng)
    weights = FlatWeights(model)

    found = weights.gradients(total_loss(model, x, noise))

    total_loss(plain, x, noise).backward()
    for gradient, group in zip(found, plain.weight_groups(), strict=True):
        assert torch.allclose(gradient, flat([parameter.grad for parameter in group.parameters]), atol=1e-4)


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        (0.0, [1.0, 2.0, 3.0]),
        # Starting from 0: 0.9 * 1, then 0.9 * (2 / 11) ... until the decay has risen to its value.
        (0.9, [0.9, 0.9 * 2 / 11 + 2 * 9 / 11, (0.9 * 2 / 11 + 2 * 9 / 11) * 3 / 12 + 3 * 9 / 12]),
        (0.15, [0.9, 0.9 * 0.15 + 2 * 0.85, (0.9 * 0.15 + 2 * 0.85) * 0.15 + 3 * 0.85]),
    ],
)
def test_the_average_forgets_the_initial_weights_and_then_decays_as_asked(
    model: VAE, decay: float, expected: list[float]
):
    weights = FlatWeights(model)
    for vector in weights.vectors:
        vector.zero_()
    average = WeightAverage(model, decay)

    found = []
    for step in (1, 2, 3):
        for vector in weights.vectors:
            vector.fill_(step)
        average.update(weights, step)
        found.append(flat(list(average.model.parameters())))

    assert [value.min().item() for value in found] == pytest.approx(expected)
    assert [value.max().item() for value in found] == pytest.approx(expected)
    assert all((parameter == 3).all() for parameter in model.parameters())


@pytest.mark.parametrize("decay", [0.5, 0.9999])
def test_updates_four_times_as_often_move_the_average_about_as_far(model: VAE, decay: float):
    """While weights stay 1, the average's distance from them is the product of the decays."""
    weights = FlatWeights(model)
    distances = []
    for passed in (1.0, 0.25):
        for vector in weights.vectors:
            vector.zero_()
        average = WeightAverage(model, decay)
        for vector in weights.vectors:
            vector.fill_(1)
        for i in range(round(20 / passed), round(40 / passed)):
            average.update(weights, time=(i + 1) * passed, passed=passed)
        distances.append(1 - next(average.model.parameters()).flatten()[0].item())

    assert distances[1] == pytest.approx(distances[0], rel=0.1, abs=1e-6)
