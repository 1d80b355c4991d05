"""The loop around the steps. What a step does is in test_objective.py."""

import dataclasses
import io
import math
import sys

import pytest
import torch
from quick import AfterStep, new_training

from data.points import ColoredPoints
from models.vae import VAE, Loss
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
    assert len(losses) == 10
    assert losses[-1] < losses[0] - 0.5


def test_the_history_has_the_schedules_values_of_each_epochs_last_step(points: ColoredPoints, quick: Config):
    _, history = trained(points, dataclasses.replace(quick, epochs=8, n_cycles=2, annealing_share=1.0, beta_max=0.5))

    # 270 points in batches of 50 are 6 steps per epoch: a cycle has 24, and beta is at its maximum from the 12th on.
    assert [epoch.beta for epoch in history] == pytest.approx([0.5 * share for share in (5 / 12, 11 / 12, 1, 1)] * 2)
    # The warmup ends after 10,000 points, which are 200 steps; the cosine is the other factor. A step of 50 points is
    # half as long as one of 200.
    rates = [epoch.learning_rate / (0.5 * quick.learning_rate) for epoch in history]
    assert rates[0] == pytest.approx(6 / 200, rel=0.05)
    assert rates[-1] == pytest.approx(0.5 * (1 + math.cos(math.pi * 47 / 48)) * 48 / 200)


def test_losses_of_an_epoch_are_means_over_its_points_and_those_held_out(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    training = new_training(points, dataclasses.replace(quick, epochs=1))
    proper, losses = training.model.loss, []
    monkeypatch.setattr(training.model, "loss", lambda x, n: losses.append(proper(x, n)) or losses[-1])
    history: list[Epoch] = []
    training.run(history.append)

    # Numbers too small for training are numbers again.
    assert torch.tensor(1e-40) * 0.5 > 0
    # Six batches, the last one smaller.
    reconstruction, kl = (torch.cat([getattr(loss, part) for loss in losses]) for part in ("reconstruction", "kl"))
    assert (len(losses), len(kl)) == (6, 270)
    assert history[0].train_reconstruction == pytest.approx(reconstruction.mean().item(), abs=1e-3)
    assert history[0].train_kl == pytest.approx(kl.mean().item(), abs=1e-3)
    parameter_kl = sum(len(loss.kl) * loss.parameter_kl.item() for loss in losses) / 270
    assert history[0].parameter_kl == pytest.approx(parameter_kl, abs=1e-3)
    held_out = history[0].heldout_reconstruction, history[0].heldout_kl
    assert held_out == evaluate_loss(training.model.eval(), training.held_out, quick.seed)


@pytest.mark.parametrize(("batch_size", "steps"), [(50, 1), (50, 6), (50, 8), (20, 20), (200, 3)])
def test_training_stopped_after_any_step_and_resumed_arrives_at_the_same_bytes(
    points: ColoredPoints, quick: Config, batch_size: int, steps: int
):
    quick = dataclasses.replace(quick, model="vanilla", batch_size=batch_size)
    average, expected = trained(points, quick)
    resumed, stopped = new_training(points, quick), new_training(points, quick)
    history: list[Epoch] = []

    stopped.run(history.append, AfterStep(stopped, steps))
    assert stopped.step == steps
    resumed.load_state_dict(stopped.state_dict())
    resumed.run(history.append)

    for name, weight in average.state_dict().items():
        assert torch.equal(resumed.average.state_dict()[name], weight)
    ours, theirs = ([epoch._replace(seconds=0) for epoch in part] for part in (history, expected))
    assert ours == theirs


@pytest.mark.parametrize("stop", [100, 8])
def test_a_loss_that_is_not_finite_ends_training_before_anything_is_saved(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch, stop: int
):
    """It is found when the epoch ends, or when the run is stopped."""
    training = new_training(points, quick)
    proper = training.model.loss

    def breaks(x: torch.Tensor, n_points: int) -> Loss:
        loss = proper(x, n_points)
        return loss._replace(reconstruction=loss.reconstruction * (float("nan") if training.step == 7 else 1))

    monkeypatch.setattr(training.model, "loss", breaks)
    epochs: list[Epoch] = []
    with pytest.raises(InputError, match=r"not finite by step (8|12) of 12; .* try a learning_rate below 0\.004"):
        training.run(epochs.append, AfterStep(training, stop))

    assert [epoch.epoch for epoch in epochs] == [1]
    assert math.isfinite(epochs[0].train_kl)


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
    assert ("\r" in shown, "10/10" in shown) == (is_terminal, is_terminal)
    assert "epoch 10" in shown
    if not is_terminal:
        assert "7 of 10 steps (70%), 00:30 left, epoch 7" in shown.splitlines()
        assert not any(line.startswith(("6", "8")) for line in shown.splitlines()), "at least 15 s lie between lines"
