"""The loop around the steps. What a step does is in test_objective.py."""

import dataclasses
import io
import math
import sys

import pytest
import torch
from quick import AfterStep, new_training

from data.points import ColoredPoints
from models.vae import VAE
from utils.evaluation.likelihood import evaluate_loss
from utils.settings.config import Config
from utils.system.errors import InputError
from utils.training.loop import Epoch, Progress


def trained(points: ColoredPoints, config: Config) -> tuple[VAE, list[Epoch]]:
    """The averaged model after training, and the history of its epochs."""
    history: list[Epoch] = []
    training = new_training(points, config)
    training.run(history.append)
    return training.average, history


@pytest.mark.parametrize(("name", "prior"), [("attention", "picture"), ("vanilla", "mixture"), ("attention", "normal")])
def test_training_lowers_the_loss_on_held_out_points(points: ColoredPoints, quick: Config, name: str, prior: str):
    _, history = trained(points, dataclasses.replace(quick, model=name, prior=prior, epochs=10, hidden_dim=32))

    losses = [epoch.heldout_reconstruction + epoch.heldout_kl for epoch in history]
    assert losses[-1] < losses[0] - 0.5


def test_an_epoch_has_the_means_of_its_losses_those_held_out_and_beta_and_learning_rate_of_its_last_step(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    annealing = {"n_cycles": 1, "ratio": 1.0, "annealing_share": 1.0, "beta_max": 0.5}
    training = new_training(points, dataclasses.replace(quick, epochs=1, **annealing))
    proper, losses = training.model.loss, []
    monkeypatch.setattr(training.model, "loss", lambda x, n: losses.append(proper(x, n)) or losses[-1])
    history: list[Epoch] = []
    training.run(history.append)

    epoch = history[0]
    assert [len(loss.kl) for loss in losses] == [50] * 5 + [20]
    of_points = [torch.stack([loss.reconstruction, loss.kl, loss.parameter_kl.expand_as(loss.kl)]) for loss in losses]
    means = torch.cat(of_points, 1).mean(1).tolist()
    assert [epoch.train_reconstruction, epoch.train_kl, epoch.parameter_kl] == pytest.approx(means, abs=1e-3)
    held_out = evaluate_loss(training.model.eval(), training.held_out, quick.seed)
    assert (epoch.heldout_reconstruction, epoch.heldout_kl) == held_out
    assert epoch.beta == pytest.approx(0.5 * 5 / 6)
    # A step of 50 points is half as long as one of 200; the warm-up takes 200 steps, and the cosine all 6.
    cosine = 0.5 * (1 + math.cos(math.pi * 5 / 6))
    assert epoch.learning_rate == pytest.approx(0.5 * quick.learning_rate * cosine * 6 / 200)
    # Numbers too small for training are numbers again.
    assert torch.tensor(1e-40) * 0.5 > 0


@pytest.mark.parametrize(("batch_size", "steps"), [(50, 1), (50, 6), (50, 8), (20, 20), (200, 3)])
def test_training_stopped_after_any_step_and_resumed_arrives_at_the_same_bytes(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch, batch_size: int, steps: int
):
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    quick = dataclasses.replace(quick, model="vanilla", batch_size=batch_size)
    average, expected = trained(points, quick)
    resumed, stopped = new_training(points, quick), new_training(points, quick)
    history: list[Epoch] = []

    stopped.run(history.append, AfterStep(stopped, steps))
    assert stopped.step == steps
    resumed.load_state_dict(stopped.state_dict())
    resumed.run(history.append)

    weights = resumed.average.state_dict()
    assert all(torch.equal(weights[name], weight) for name, weight in average.state_dict().items())
    assert history == expected


def test_a_loss_that_is_not_finite_ends_training_before_anything_is_saved(points: ColoredPoints, quick: Config):
    training, epochs = new_training(points, quick), []

    def breaks(epoch: Epoch) -> None:
        epochs.append(epoch.epoch)
        training.optimizer.weights[0] = float("nan")

    with pytest.raises(InputError, match=r"not finite by step 8 of 12; .* try a learning_rate below 0\.004"):
        training.run(breaks, AfterStep(training, 8))
    assert epochs == [1]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_log_gets_lines_and_a_terminal_gets_a_bar_with_the_losses_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
):
    """The time left goes by the steps since a resume, here after step 5 of 10: 10 s each."""
    stream, clock = io.StringIO(), [0.0]
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(n_steps=10, done=5) as progress:
        for step in range(6, 11):
            clock[0] += 10
            progress.set_postfix_str(f"epoch {step}", refresh=False)
            progress.update()

    shown = stream.getvalue()
    assert ("\r" in shown, "10/10" in shown, "epoch 10" in shown) == (is_terminal, is_terminal, True)
    # At least 15 s lie between lines.
    assert is_terminal or "7 of 10 steps (70%), 00:30 left, epoch 7" in shown.splitlines()
    assert is_terminal or "epoch 8" not in shown
