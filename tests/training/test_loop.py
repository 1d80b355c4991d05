"""The loop around the steps. What a step does is in test_objective.py."""

import dataclasses
import math
from collections.abc import Callable

import pytest
import torch

from data.points import ColoredPoints
from models.generator import build_model
from models.vae import VAE, Loss, Noise
from utils.evaluation.likelihood import evaluate_loss
from utils.program.errors import InputError
from utils.settings.config import Config
from utils.training.loop import Epoch, Training


def new_training(points: ColoredPoints, config: Config) -> Training:
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), points.scaling)
    return Training(model, *points.split(config.holdout, config.seed), config)


def trained(points: ColoredPoints, config: Config) -> tuple[VAE, list[Epoch]]:
    """The averaged model after training, and the history of its epochs."""
    history: list[Epoch] = []
    training = new_training(points, config)
    training.run(history.append)
    return training.average, history


def weights(model: VAE) -> list[bytes]:
    return [weight.numpy().tobytes() for weight in model.state_dict().values()]


@pytest.mark.parametrize("name", ["attention", "vanilla"])
def test_training_lowers_the_loss_on_held_out_points(points: ColoredPoints, quick: Config, name: str):
    training = new_training(points, dataclasses.replace(quick, model=name, epochs=10, hidden_dim=32))
    losses = []

    training.run(lambda epoch: losses.append(sum(evaluate_loss(training.model, training.held_out, seed=0))))

    assert len(losses) == 10
    assert losses[-1] < losses[0] - 2


def test_another_seed_gives_other_weights(points: ColoredPoints, quick: Config):
    first, other = (trained(points, dataclasses.replace(quick, seed=seed, epochs=1))[0] for seed in (10, 11))

    assert weights(first) != weights(other)


def test_worker_processes_do_not_change_a_byte(points: ColoredPoints, quick: Config):
    alone, _ = trained(points, quick)
    with_workers, _ = trained(points, dataclasses.replace(quick, num_workers=2))

    assert weights(alone) == weights(with_workers)


def test_the_history_has_the_schedules_values_of_each_epochs_last_step(points: ColoredPoints, quick: Config):
    _, history = trained(points, dataclasses.replace(quick, epochs=8, n_cycles=2, annealing_share=1.0, beta_max=0.5))

    # 270 points in batches of 50 are 6 steps per epoch: a cycle has 24, and beta is at its maximum from the 12th on.
    assert [epoch.beta for epoch in history] == pytest.approx([0.5 * share for share in (5 / 12, 11 / 12, 1, 1)] * 2)
    # The warmup ends after 10,000 points, which are 200 steps; the cosine is the other factor. A step of 50 points is
    # half as long as one of 200.
    rates = [epoch.learning_rate / (0.5 * quick.learning_rate) for epoch in history]
    assert rates[0] == pytest.approx(6 / 200, rel=0.05)
    assert rates[-1] == pytest.approx(0.5 * (1 + math.cos(math.pi * 47 / 48)) * 48 / 200)


def test_training_losses_are_means_over_the_points_of_the_epoch(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    training = new_training(points, dataclasses.replace(quick, epochs=1))
    proper, seen = training.model.loss, []

    def recording(x: torch.Tensor, noise: torch.Tensor) -> Loss:
        loss = proper(x, noise)
        seen.append(loss)
        return loss

    monkeypatch.setattr(training.model, "loss", recording)
    history: list[Epoch] = []
    training.run(history.append)

    # Six batches, the last one smaller; the seventh call is that of the held-out points.
    reconstruction = torch.cat([loss.reconstruction for loss in seen[:6]])
    kl = torch.cat([loss.kl for loss in seen[:6]])
    assert len(kl) == 270
    assert history[0].train_reconstruction == pytest.approx(
        reconstruction.mean().item() + points.scaling.log_cells, abs=1e-3
    )
    assert history[0].train_kl == pytest.approx(kl.mean().item(), abs=1e-3)


@pytest.mark.parametrize(
    ("batch_size", "steps"),
    [(50, 1), (50, 6), (50, 8), (1, 1), (1, 199), (1, 200), (1, 270), (1, 300), (200, 3)],
    ids=lambda number: str(number),
)
def test_training_stopped_after_any_step_and_resumed_arrives_at_the_same_bytes(
    points: ColoredPoints, quick: Config, batch_size: int, steps: int
):
    quick = dataclasses.replace(quick, model="vanilla", batch_size=batch_size)
    expected, history = trained(points, quick)
    stopped, resumed = new_training(points, quick), new_training(points, quick)
    first: list[Epoch] = []

    stopped.run(first.append, stopped=lambda: stopped.step >= steps)
    assert stopped.step == steps
    resumed.load_state_dict(stopped.state_dict())
    resumed.run(first.append)

    assert weights(resumed.average) == weights(expected)
    assert [dataclasses.replace(e, seconds=0) for e in first] == [dataclasses.replace(e, seconds=0) for e in history]


def test_compiled_code_takes_the_whole_batches_and_the_function_itself_the_rest(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    """The functions themselves stand in for their compiled code: this is about which batches go where."""
    sizes, updates = [], []

    def recording(function: Callable, x: torch.Tensor, noise: Noise, beta: torch.Tensor) -> Callable:
        def code(x: torch.Tensor, *rest: torch.Tensor) -> tuple:
            sizes.append(len(x))
            return function(x, *rest)

        assert (x.shape, noise.latent.shape, beta.shape) == ((50, 5), (50, quick.latent_dim), ())
        return code

    def counting(function: Callable, *example: object) -> Callable:
        def code(*arguments: object) -> None:
            updates.append(1)
            function(*arguments)

        # Compiling runs the function, which must not move the weights.
        function(*example)
        return code

    monkeypatch.setattr("utils.training.loop.compiled", recording)
    monkeypatch.setattr("utils.training.adam.compiled", counting)
    plain, _ = trained(points, quick)
    training = new_training(points, quick)
    training.compile()
    training.run(lambda epoch: None)

    assert weights(training.average) == weights(plain)
    # 270 points are 5 batches of 50 per epoch, and one of 20.
    assert sizes == [50] * 10
    assert len(updates) == 12


@pytest.mark.parametrize(
    ("batch_size", "broken", "stop", "found"),
    [(200, 4, 99, 4), (50, 8, 99, 10), (50, 8, 8, 8), (1, 271, 99_999, 470), (1, 281, 285, 285)],
)
def test_a_loss_that_is_not_finite_ends_training_before_anything_is_saved(
    points: ColoredPoints,
    quick: Config,
    monkeypatch: pytest.MonkeyPatch,
    batch_size: int,
    broken: int,
    stop: int,
    found: int,
):
    """It is found when about 200 points are done, when the epoch ends, or when the run is stopped."""
    training = new_training(points, dataclasses.replace(quick, model="vanilla", batch_size=batch_size))
    proper = training.model.loss

    def breaks(x: torch.Tensor, noise: torch.Tensor) -> Loss:
        loss = proper(x, noise)
        return loss._replace(reconstruction=loss.reconstruction * (float("nan") if training.step == broken - 1 else 1))

    monkeypatch.setattr(training.model, "loss", breaks)
    epochs: list[Epoch] = []
    with pytest.raises(
        InputError, match=rf"not finite in epoch 2, by step {found}; .* try a learning_rate below 0\.004"
    ):
        training.run(epochs.append, stopped=lambda: training.step >= stop)

    assert training.step == found
    assert len(epochs) == 1
    assert math.isfinite(epochs[0].train_kl)
