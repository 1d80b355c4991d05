"""What a training step does, held against a textbook's loop: loss, gradients, clip, AdamW, weight average."""

import copy
import dataclasses
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from quick import AfterStep
from torch import Tensor

from data.points import ColoredPoints
from models.generator import build_model
from models.vae import VAE
from utils.settings.config import Config
from utils.settings.schedules import beta_schedule, cosine_decay
from utils.training.loop import Training
from utils.training.step import compiled, is_worthwhile


def textbook(model: VAE, points: ColoredPoints, config: Config) -> tuple[VAE, VAE]:
    """`model` trained as a textbook would, with the random numbers of `Training`; and its weight average."""
    average, step, k, squared_length = copy.deepcopy(model), 0, config.batch_size / 200, 0.0
    weights = dict(model.named_parameters())
    is_matrix = {name: name.endswith(".weight") and weight.dim() > 1 for name, weight in weights.items()}
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight], "weight_decay": config.weight_decay * k**0.5 if is_matrix[name] else 0.0}
            for name, weight in weights.items()
        ],
        betas=(0.9**k, 0.99**k),
    )
    n_steps = config.epochs * -(-len(points) // config.batch_size)
    beta_at = beta_schedule(
        config.annealing, n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
    )
    order = torch.Generator().manual_seed(config.seed)
    for _ in range(config.epochs):
        shuffled = points.points[torch.randperm(len(points), generator=order)]
        for x in points.scaling.to_model(shuffled).split(config.batch_size):
            loss = model.loss(x, len(points))
            optimizer.zero_grad()
            ((loss.reconstruction + beta_at(step) * loss.kl).mean() + loss.parameter_kl).backward()

            # Gradients are clipped at their root mean square length over the last 200 points or so.
            squared = sum(weight.grad.square().sum() for weight in model.parameters())
            past = max(0.0, 1 - k)
            squared_length = past * squared_length + (1 - past) * squared
            length = (squared_length / (1 - past ** (step + 1))) ** 0.5
            for weight in model.parameters():
                weight.grad *= min(1.0, config.clip_norm / k**0.5 / length)

            rate = config.learning_rate * k**0.5 * cosine_decay(step, n_steps, warmup=50 / k)
            for options, name in zip(optimizer.param_groups, weights, strict=True):
                module, _, own_name = name.rpartition(".")
                options["lr"] = rate * getattr(model.get_submodule(module), "lr_scale", {}).get(own_name, 1.0)
            optimizer.step()
            step += 1
            older = (step * k / (9 + step * k)) ** k
            with torch.no_grad():
                for mean, weight in zip(average.parameters(), model.parameters(), strict=True):
                    mean.copy_(older * mean + (1 - older) * weight)
    return model, average


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Double precision, because Adam turns rounding errors of small gradients into whole steps; and no compiler.

    What stands in for it runs a function once, and its code takes arguments of the same shapes.
    """

    def interpreted(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
        def code(*arguments: Any) -> Any:
            assert arguments[0].shape == example[0].shape
            return function(*arguments)

        function(*example)
        return code

    for module in ("step", "loop"):
        monkeypatch.setattr(f"utils.training.{module}.compiled", interpreted)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def flat(model: VAE) -> Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def new_training(points: ColoredPoints, config: Config, fast: bool) -> Training:
    torch.manual_seed(0)
    model = build_model(dataclasses.asdict(config), points.scaling).to(torch.get_default_dtype())
    training = Training(model, points, points, config)
    if fast:
        training.compile()
    return training


def assert_takes_the_textbooks_steps(training: Training, tolerance: float) -> None:
    """The weights, and their average, may differ by a share of how far they move, which is the `tolerance`."""
    start = flat(training.model)
    torch.manual_seed(1)
    expected = textbook(copy.deepcopy(training.model), training.train, training.config)

    torch.manual_seed(1)
    training.run(lambda _: None)

    for ours, theirs in zip((training.model, training.average), expected, strict=True):
        assert (flat(ours) - flat(theirs)).norm() < tolerance * (flat(theirs) - start).norm()


# Rates, decay and clipping are such that each of them shows in the weights after a few steps.
VISIBLE = {"learning_rate": 0.01, "weight_decay": 1.0, "clip_norm": 0.5}


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(
    ("name", "prior", "batch_size"),
    [("vanilla", "normal", 10), ("vanilla", "picture", 250), ("attention", "mixture", 50)],
)
def test_training_takes_the_steps_of_a_textbook(
    points: ColoredPoints, quick: Config, name: str, prior: str, batch_size: int, fast: bool
):
    config = dataclasses.replace(quick, model=name, prior=prior, batch_size=batch_size, **VISIBLE)

    assert_takes_the_textbooks_steps(new_training(points, config, fast), tolerance=1e-9)


@pytest.mark.slow
def test_compiled_code_takes_the_steps_of_a_textbook(points: ColoredPoints, quick: Config):
    try:
        training = new_training(points, dataclasses.replace(quick, model="attention", **VISIBLE), fast=True)
    except RuntimeError as error:
        pytest.skip(f"this machine cannot compile: {error}")

    assert_takes_the_textbooks_steps(training, tolerance=1e-3)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(("fast", "then_fast"), [(False, False), (False, True), (True, False), (True, True)])
def test_a_state_of_either_kind_of_step_continues_in_either(
    points: ColoredPoints, quick: Config, fast: bool, then_fast: bool
):
    config, expected, found = dataclasses.replace(quick, epochs=1, **VISIBLE), [], []
    whole, stopped, resumed = (new_training(points, config, kind) for kind in (fast, fast, then_fast))
    torch.manual_seed(0)
    whole.run(expected.append)

    torch.manual_seed(0)
    stopped.run(found.append, AfterStep(stopped, 3))
    resumed.load_state_dict(stopped.state_dict())
    resumed.run(found.append)

    torch.testing.assert_close(flat(resumed.model), flat(whole.model), atol=1e-9, rtol=0)
    torch.testing.assert_close(flat(resumed.average), flat(whole.average), atol=1e-9, rtol=0)
    losses = [[(epoch.train_reconstruction, epoch.train_kl) for epoch in epochs] for epochs in (found, expected)]
    assert losses[0] == [pytest.approx(losses[1][0])]


@pytest.mark.usefixtures("exact")
def test_compilation_says_how_long_it_may_take_by_how_long_its_first_part_took(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("utils.training.step.time.monotonic", iter([100.0, 112.0]).__next__)

    new_training(points, quick, fast=True)

    assert capsys.readouterr().out == "compiling: at most 48 s left\n"


def test_auto_compiles_when_there_are_many_steps():
    assert is_worthwhile("auto", 450_000)
    assert not is_worthwhile("auto", 2300)
    assert is_worthwhile("always", 1)
    assert not is_worthwhile("never", 10**9)


def test_a_function_that_cannot_be_compiled_is_refused_in_one_line():
    def depends_on_values(x: Tensor) -> Tensor:
        """Compiled code cannot branch on a number that is in a tensor, nor hand it to Python."""
        return x if re.fullmatch("0.*", str(math.floor(x.sum()))) else -x

    with pytest.raises(RuntimeError) as caught:
        compiled(depends_on_values, torch.zeros(2))

    assert str(caught.value)
    assert "\n" not in str(caught.value)
