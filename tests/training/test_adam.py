import copy

import pytest
import torch
from torch import nn

from models.vae import VAE
from utils.training.adam import AdamW
from utils.training.batch_scaling import StepSettings
from utils.training.weights import FlatWeights

SETTINGS = StepSettings(
    scale=1.0, learning_rate=0.02, betas=(0.8, 0.95), weight_decay=0.5, clip_norm=1.5, length_decay=0.0, warmup=1.0
)


def gradients(weights: FlatWeights, step: int) -> list[torch.Tensor]:
    """Some are longer than the clip, and some are not."""
    rng = torch.Generator().manual_seed(step)
    size = 3.0 if step % 2 else 0.01
    return [size * torch.randn(len(v), generator=rng) / len(v) ** 0.5 for v in weights.vectors]


def test_steps_are_those_of_pytorchs_clip_and_adamw(model: VAE):
    weights = FlatWeights(copy.deepcopy(model))
    theirs = [nn.Parameter(vector.clone()) for vector in weights.vectors]
    expected = torch.optim.AdamW(
        [
            {"params": [vector], "weight_decay": 0.5 if group.decays else 0.0}
            for vector, group in zip(theirs, weights.groups, strict=True)
        ],
        betas=(0.8, 0.95),
    )
    optimizer = AdamW(weights, SETTINGS)

    for step in range(1, 9):
        for group in expected.param_groups:
            group["lr"] = 0.02 / step
        for vector, gradient in zip(theirs, gradients(weights, step), strict=True):
            vector.grad = gradient
            nn.utils.clip_grad_norm_(vector, 1.5)
        expected.step()
        optimizer.step(gradients(weights, step), step, 0.02 / step)

    for ours, wanted in zip(weights.vectors, theirs, strict=True):
        assert torch.allclose(ours, wanted, atol=1e-6)


@pytest.mark.slow
def test_compiled_steps_are_the_same_and_to_compile_takes_none(model: VAE):
    plain, compiled = (FlatWeights(copy.deepcopy(model)) for _ in range(2))
    eager, code = AdamW(plain, SETTINGS), AdamW(compiled, SETTINGS)
    try:
        code.compile()
    except RuntimeError as error:
        pytest.skip(f"this machine cannot compile: {error}")
    assert all(torch.equal(*pair) for pair in zip(plain.vectors, compiled.vectors, strict=True))

    for step in range(1, 5):
        for optimizer in (eager, code):
            optimizer.step(gradients(plain, step), step, 0.02)

    for ours, wanted in zip(compiled.vectors, plain.vectors, strict=True):
        assert torch.allclose(ours, wanted, atol=1e-6)


def test_from_a_saved_state_the_next_step_is_the_same(model: VAE):
    first = FlatWeights(copy.deepcopy(model))
    stopped = AdamW(first, SETTINGS)
    stopped.step(gradients(first, 1), 1, 0.02)
    second = FlatWeights(copy.deepcopy(model))
    for vector, current in zip(second.vectors, first.vectors, strict=True):
        vector.copy_(current)
    resumed = AdamW(second, SETTINGS)

    resumed.load_state_dict(copy.deepcopy(stopped.state_dict()))
    for optimizer in (stopped, resumed):
        optimizer.step(gradients(first, 2), 2, 0.02)

    assert all(torch.equal(*pair) for pair in zip(first.vectors, second.vectors, strict=True))


def test_in_small_batches_all_gradients_are_scaled_alike(model: VAE):
    """A point whose gradient is long must keep its weight: only the length of the last gradients together counts."""
    weights = FlatWeights(model)
    optimizer = AdamW(weights, SETTINGS._replace(betas=(0.5, 0.99), length_decay=0.9))
    directions = gradients(weights, 1)
    squared = [0.0] * len(directions)
    before = [torch.zeros_like(vector) for vector in directions]
    for step, size in enumerate([5.0, 1.0, 1.0, 20.0, 1.0], start=1):
        optimizer.step([size * direction for direction in directions], step, 1e-3)
        for i, (mean, direction) in enumerate(zip(optimizer.means, directions, strict=True)):
            squared[i] = 0.9 * squared[i] + 0.1 * (size * direction).square().sum().item()
            length = (squared[i] / (1 - 0.9**step)) ** 0.5
            wanted = 0.5 * before[i] + 0.5 * size * min(1.0, 1.5 / length) * direction
            assert torch.allclose(mean, wanted, atol=1e-5)
            before[i] = mean.clone()
