"""What a training step does, held against a textbook's loop: loss, gradients, clip, AdamW, weight average."""

import copy
import dataclasses
import math
import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from quick import AfterStep, new_training
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from data.points import ColoredPoints
from data.scaling import Scaling
from models.vae import VAE
from utils.settings.config import Config
from utils.settings.schedules import cosine_decay
from utils.training.loop import Training
from utils.training.step import compiled

# Rates, decay and clipping are such that each of them shows in the weights after a few steps.
VISIBLE = {"learning_rate": 0.01, "weight_decay": 1.0, "clip_norm": 0.5}


def textbook(training: Training) -> tuple[VAE, VAE]:
    """The model of `training` after its steps, as a textbook takes them with the same random numbers; its average."""
    model, points, config = copy.deepcopy(training.model), training.train, training.config
    average, step, k, squared_length = copy.deepcopy(model), 0, config.batch_size / 200, 0.0
    groups = []
    for name, weight in model.named_parameters():
        module, _, own_name = name.rpartition(".")
        is_matrix = own_name == "weight" and weight.dim() > 1
        lr_scale = getattr(model.get_submodule(module), "lr_scale", {}).get(own_name, 1.0)
        decay = config.weight_decay * k**0.5 * is_matrix
        groups.append({"params": [weight], "weight_decay": decay, "lr_scale": lr_scale})
    optimizer = torch.optim.AdamW(groups, betas=(0.9**k, 0.99**k))
    order = torch.Generator().manual_seed(config.seed)
    for _ in range(config.epochs):
        shuffled = points.points[torch.randperm(len(points), generator=order)]
        for x in points.scaling.to_model(shuffled).split(config.batch_size):
            loss = model.loss(x, len(points))
            optimizer.zero_grad()
            ((loss.reconstruction + training.beta_at(step) * loss.kl).mean() + loss.parameter_kl).backward()

            # Gradients are clipped at their root mean square length over the last 200 points or so.
            squared = sum(weight.grad.square().sum() for weight in model.parameters())
            past = max(0.0, 1 - k)
            squared_length = past * squared_length + (1 - past) * squared
            length = (squared_length / (1 - past ** (step + 1))) ** 0.5
            for weight in model.parameters():
                weight.grad *= min(1.0, config.clip_norm / k**0.5 / length)

            rate = config.learning_rate * k**0.5 * cosine_decay(step, training.n_steps, warmup=50 / k)
            for group in optimizer.param_groups:
                group["lr"] = rate * group["lr_scale"]
            optimizer.step()
            step += 1
            older = (step * k / (9 + step * k)) ** k
            with torch.no_grad():
                for mean, weight in zip(average.parameters(), model.parameters(), strict=True):
                    mean.copy_(older * mean + (1 - older) * weight)
    return model, average


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Double precision, because Adam turns rounding errors of small gradients into whole steps; and no compiler."""

    def interpreted(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
        function(*example)
        return function

    for module in ("step", "loop"):
        monkeypatch.setattr(f"utils.training.{module}.compiled", interpreted)
    to_model = Scaling.to_model
    monkeypatch.setattr(Scaling, "to_model", lambda scaling, x: to_model(scaling, x).double())
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def assert_takes_the_textbooks_steps(points: ColoredPoints, config: Config, kinds: list[str], tolerance: float) -> None:
    """Three of one kind of step and then of another; weights and average may differ by a share of how far they move."""
    first, second = trainings = [new_training(points, config) for _ in kinds]
    for training, kind in zip(trainings, kinds, strict=True):
        if kind == "compiled":
            training.compile()
    start = parameters_to_vector(second.model.parameters()).detach().clone()
    torch.manual_seed(1)
    expected = textbook(second)
    torch.manual_seed(1)
    first.run(lambda _: None, AfterStep(first, 3))
    second.load_state_dict(first.state_dict())
    second.run(lambda _: None)

    for ours, theirs in zip((second.model, second.average), expected, strict=True):
        weights, expected = (parameters_to_vector(model.parameters()).detach() for model in (ours, theirs))
        assert (weights - expected).norm() < tolerance * (expected - start).norm()


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("kinds", ["eager eager", "eager compiled", "compiled eager"])
@pytest.mark.parametrize(
    ("name", "prior", "batch_size"),
    [("vanilla", "normal", 10), ("vanilla", "picture", 250), ("attention", "picture", 50)],
)
def test_training_takes_the_steps_of_a_textbook(
    points: ColoredPoints, quick: Config, name: str, prior: str, batch_size: int, kinds: str
):
    config = dataclasses.replace(quick, model=name, prior=prior, batch_size=batch_size, **VISIBLE)

    assert_takes_the_textbooks_steps(points, config, kinds.split(), tolerance=1e-9)


@pytest.mark.slow
def test_compiled_code_takes_the_steps_of_a_textbook(points: ColoredPoints, quick: Config):
    try:
        config = dataclasses.replace(quick, model="attention", **VISIBLE)
        assert_takes_the_textbooks_steps(points, config, ["eager", "compiled"], tolerance=1e-3)
    except RuntimeError as error:
        pytest.skip(f"this machine cannot compile: {error}")


@pytest.mark.parametrize(
    ("compile", "epochs", "expected"), [("auto", 1000, 1), ("auto", 999, 0), ("always", 1, 1), ("never", 10**6, 0)]
)
def test_auto_compiles_when_there_are_many_steps(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch, compile: str, epochs: int, expected: int
):
    """An epoch has six."""
    training = new_training(points, dataclasses.replace(quick, compile=compile, epochs=epochs))
    monkeypatch.setattr(training, "compile", Mock())

    training.compile_if_worthwhile()

    assert training.compile.call_count == expected


def test_a_function_that_cannot_be_compiled_is_refused_in_one_line():
    def depends_on_values(x: Tensor) -> Tensor:
        """Compiled code cannot branch on a number that is in a tensor, nor hand it to Python."""
        return x if re.fullmatch("0.*", str(math.floor(x.sum()))) else -x

    with pytest.raises(RuntimeError, match=r"\A.+\Z"):
        compiled(depends_on_values, torch.zeros(2))
