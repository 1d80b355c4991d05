"""The training loop."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from data.batches import Batches
from data.points import ColoredPoints
from models.vae import VAE
from utils.evaluation.likelihood import evaluate_loss
from utils.settings.config import Config
from utils.system.errors import InputError
from utils.training.batch_scaling import StepSettings
from utils.training.eager import EagerStep
from utils.training.fast import FastStep
from utils.training.progress import Progress
from utils.training.schedules import beta_schedule, cosine_decay


@dataclass(frozen=True)
class Epoch:
    """The figures of one epoch: a row of history.csv.

    Losses are in nats per point. Those of training points are means over the epoch's steps, with weights and uncertain
    parameters as they were drawn then; those of held-out points are of the weights at its end. `beta` and
    `learning_rate` are of the epoch's last step.
    """

    epoch: int
    beta: float
    learning_rate: float
    train_reconstruction: float
    train_kl: float
    heldout_reconstruction: float
    heldout_kl: float
    seconds: float

    def describe(self) -> str:
        """The epoch in a few words."""
        losses = f"reconstruction {self.train_reconstruction:.2f}, KL {self.train_kl:.2f}"
        return f"epoch {self.epoch}: β {self.beta:.2f}, {losses}"


class Training:
    """Training of `model` on `train`, to minimize reconstruction + beta * KL.

    `average` is the model with the moving average of the weights, which samples are drawn with. `config.seed`
    determines all random numbers. `state_dict` holds whatever the next step depends on: a run that is stopped after any
    step and resumed arrives at the same bytes.
    """

    def __init__(self, model: VAE, train: ColoredPoints, held_out: ColoredPoints, config: Config) -> None:
        self.model, self.average, self.config = model, copy.deepcopy(model), config
        self.train, self.held_out = train, held_out
        self.device = next(model.parameters()).device
        self.settings = StepSettings.of(config)
        self.batches = Batches(train, config.batch_size, config.num_workers, config.seed)
        self.n_steps = config.epochs * len(self.batches)
        self.beta_at = beta_schedule(
            config.annealing, self.n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
        )
        self.rng = torch.Generator(self.device).manual_seed(config.seed)
        self.step = EagerStep(model, self.average, len(train), self.settings, self.rng)
        # Of the current epoch: the sums of reconstruction and KL over its points, and its seconds, so far.
        self.loss_sums, self.seconds = torch.zeros(2, device=self.device), 0.0

    def compile(self) -> None:
        """Compile all further steps. Raises RuntimeError if this machine cannot."""
        state = self.step.state_dict()
        arguments = (self.model, self.average, len(self.train), self.settings, self.rng)
        self.step = FastStep(*arguments, self.config.batch_size)
        self.step.load_state_dict(state)

    def run(self, on_epoch: Callable[[Epoch], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Train to the end, or until `stopped()` is true after a step; call `on_epoch` after each epoch.

        Raises InputError if the loss stops being finite: before an epoch, or a stop, that could be saved.
        """
        # Adam's means of gradients that stay 0 decay into denormal numbers, which make its update take twice as long.
        torch.set_flush_denormal(True)
        try:
            with Progress(self.n_steps, self.step.n_done) as progress:
                while self.step.n_done < self.n_steps and not stopped():
                    start = time.perf_counter() - self.seconds
                    for x in self.batches.epoch(skip=self.step.n_done % len(self.batches)):
                        beta = self.beta_at(self.step.n_done)
                        learning_rate = self.settings.learning_rate * cosine_decay(
                            self.step.n_done, self.n_steps, self.settings.warmup
                        )
                        self.loss_sums += self.step(x.to(self.device), beta, learning_rate)
                        progress.advance_to(self.step.n_done)
                        if stopped():
                            break
                    self._check()
                    self.seconds = time.perf_counter() - start
                    if self.step.n_done % len(self.batches) == 0:
                        epoch = self._end_epoch(beta, learning_rate)
                        progress.show(epoch.describe())
                        on_epoch(epoch)
        finally:
            torch.set_flush_denormal(False)
            self.batches.close()

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "step": self.step.state_dict(),
            "batches": self.batches.state_dict(),
            "rng": self.rng.get_state(),
            "loss_sums": self.loss_sums,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where `state_dict` was taken."""
        for name in ("model", "average", "step", "batches"):
            getattr(self, name).load_state_dict(state[name])
        self.rng.set_state(state["rng"].cpu())
        self.loss_sums, self.seconds = state["loss_sums"].to(self.device), state["seconds"]

    def _end_epoch(self, beta: float, learning_rate: float) -> Epoch:
        """The figures of the epoch that has just ended; the next one is the current one from now on."""
        training = (self.loss_sums / len(self.train)).tolist()
        held_out = evaluate_loss(self.model, self.held_out, self.config.seed)
        number, seconds = self.step.n_done // len(self.batches), self.seconds
        self.loss_sums, self.seconds = torch.zeros_like(self.loss_sums), 0.0
        self.batches.end_epoch()
        return Epoch(number, beta, learning_rate, training[0], training[1], held_out[0], held_out[1], seconds)

    def _check(self) -> None:
        """Raise InputError unless all losses and weights are finite. What is not finite once remains so."""
        if not torch.isfinite(self.loss_sums.sum() + sum(weight.sum() for weight in self.model.parameters())):
            raise InputError(
                f"training: the loss is not finite by step {self.step.n_done} of {self.n_steps}; what was saved before "
                f"is kept; try a learning_rate below {self.config.learning_rate:g}"
            )
