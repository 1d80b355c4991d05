"""What a training step does, held against a textbook's loop: loss, gradients, clip, AdamW, weight average."""

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from data.points import ColoredPoints
from models.generator import build_model
from models.vae import VAE
from utils.settings.config import Config
from utils.training.batch_scaling import StepSettings
from utils.training.eager import EagerStep
from utils.training.fast import FastStep
from utils.training.loop import Training
from utils.training.schedules import beta_schedule, cosine_decay
from utils.training.weights import weight_groups

Step = EagerStep | FastStep
EACH_STEP = pytest.mark.parametrize("kind", [EagerStep, FastStep])


def textbook(model: VAE, points: ColoredPoints, config: Config) -> tuple[VAE, VAE]:
    """`model` trained as a textbook would, with the random numbers of `Training`; and its weight average."""
    average, step, k, squared_length = copy.deepcopy(model), 0, config.batch_size / 200, 0.0
    groups = weight_groups(model)
    optimizer = torch.optim.AdamW(
        [
            {"params": group.parameters, "weight_decay": config.weight_decay * k**0.5 if group.decays else 0.0}
            for group in groups
        ],
        betas=(0.9**k, 0.99**k),
    )
    n_steps = config.epochs * -(-len(points) // config.batch_size)
    beta_at = beta_schedule(
        config.annealing, n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
    )
    order, noise = (torch.Generator().manual_seed(config.seed) for _ in range(2))
    for _ in range(config.epochs):
        shuffled = points.points[torch.randperm(len(points), generator=order)]
        for x in points.scaling.to_model(shuffled).split(config.batch_size):
            loss = model.loss(x, model.sample_noise(len(x), noise), len(points))
            optimizer.zero_grad()
            ((loss.reconstruction + beta_at(step) * loss.kl).mean() + loss.penalty).backward()

            # Gradients are clipped at their root mean square length over the last 200 points or so.
            squared = sum(weight.grad.square().sum() for weight in model.parameters())
            past = max(0.0, 1 - k)
            squared_length = past * squared_length + (1 - past) * squared
            length = (squared_length / (1 - past ** (step + 1))) ** 0.5
            for weight in model.parameters():
                weight.grad *= min(1.0, config.clip_norm / k**0.5 / length)

            rate = config.learning_rate * k**0.5 * cosine_decay(step, n_steps, warmup=50 / k)
            for options, group in zip(optimizer.param_groups, groups, strict=True):
                options["lr"] = rate * group.lr_scale
            optimizer.step()
            step += 1
            older = (step * k / (9 + step * k)) ** k
            with torch.no_grad():
                for mean, weight in zip(average.parameters(), model.parameters(), strict=True):
                    mean.copy_(older * mean + (1 - older) * weight)
    return model, average


def interpreted(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """Stands in for the compiler, which runs a function once, and whose code is for arguments of the same shapes."""

    def code(*arguments: Any) -> Any:
        assert arguments[0].shape == example[0].shape
        return function(*arguments)

    function(*example)
    return code


def new_step(kind: type[Step], model: VAE, average: VAE, settings: StepSettings, batch_size: int) -> Step:
    arguments = (model, average, 270, settings, torch.Generator().manual_seed(0))
    return FastStep(*arguments, batch_size, interpreted) if kind is FastStep else EagerStep(*arguments)


def new_model(points: ColoredPoints, config: Config) -> VAE:
    torch.manual_seed(0)
    return build_model(dataclasses.asdict(config), points.scaling).to(torch.get_default_dtype())


def flat(model: VAE) -> Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def assert_takes_the_textbooks_steps(points: ColoredPoints, config: Config, fast: bool, tolerance: float) -> None:
    """The weights, and their average, may differ by a share of how far they move, which is the `tolerance`."""
    model = new_model(points, config)
    start = flat(model)
    expected, expected_average = textbook(copy.deepcopy(model), points, config)
    training = Training(model, points, points, config)
    if fast:
        try:
            training.compile()
        except RuntimeError as error:
            pytest.skip(f"this machine cannot compile: {error}")

    training.run(lambda *_: None)

    for ours, theirs in ((model, expected), (training.average, expected_average)):
        assert (flat(ours) - flat(theirs)).norm() < tolerance * (flat(theirs) - start).norm()


# Rates, decay and clipping are such that each of them shows in the weights after a few steps.
VISIBLE = {"learning_rate": 0.01, "weight_decay": 1.0, "clip_norm": 0.5}


@pytest.mark.usefixtures("double_precision")
@EACH_STEP
@pytest.mark.parametrize(
    ("name", "prior", "batch_size"),
    [("vanilla", "normal", 10), ("vanilla", "picture", 250), ("attention", "mixture", 50)],
)
def test_training_takes_the_steps_of_a_textbook(
    points: ColoredPoints,
    quick: Config,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Step],
    name: str,
    prior: str,
    batch_size: int,
):
    monkeypatch.setattr("utils.training.fast.compile_function", interpreted)
    config = dataclasses.replace(quick, model=name, prior=prior, batch_size=batch_size, **VISIBLE)

    assert_takes_the_textbooks_steps(points, config, fast=kind is FastStep, tolerance=1e-9)


@pytest.mark.slow
def test_compiled_code_takes_the_steps_of_a_textbook(points: ColoredPoints, quick: Config):
    config = dataclasses.replace(quick, model="attention", batch_size=50, **VISIBLE)

    assert_takes_the_textbooks_steps(points, config, fast=True, tolerance=1e-3)


def batches(points: ColoredPoints) -> list[Tensor]:
    return list(points.scaling.to_model(points.points).split(50))


@pytest.mark.usefixtures("double_precision")
@EACH_STEP
@pytest.mark.parametrize("other", [EagerStep, FastStep])
def test_a_state_of_either_kind_of_step_continues_in_either(
    points: ColoredPoints, quick: Config, kind: type[Step], other: type[Step]
):
    settings = StepSettings.of(dataclasses.replace(quick, **VISIBLE))
    model = new_model(points, quick)
    average, x = copy.deepcopy(model), batches(points)
    first = new_step(kind, model, average, settings, 50)
    for batch in x[:3]:
        first(batch, 0.5, 0.01)
    state = copy.deepcopy(first.state_dict())
    resumed_model, resumed_average = copy.deepcopy(model), copy.deepcopy(average)
    resumed = new_step(other, resumed_model, resumed_average, settings, 50)
    resumed.load_state_dict(state)
    resumed.rng.set_state(first.rng.get_state())

    for batch in x[3:]:
        losses = first(batch, 0.5, 0.01), resumed(batch, 0.5, 0.01)

    torch.testing.assert_close(*losses)
    torch.testing.assert_close(flat(resumed_model), flat(model), atol=1e-9, rtol=0)
    torch.testing.assert_close(flat(resumed_average), flat(average), atol=1e-9, rtol=0)
    assert resumed.n_done == 6
