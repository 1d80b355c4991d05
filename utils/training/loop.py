"""Training: one loop, from points to a model whose samples can be drawn."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from data.batches import Batches
from data.coordinates import N_COORDINATES
from data.points import ColoredPoints
from models.vae import VAE, Noise
from utils.program.errors import InputError
from utils.settings.config import Config
from utils.training.adam import AdamW
from utils.training.batch_scaling import StepSettings
from utils.training.compilation import compiled
from utils.training.progress import Progress
from utils.training.schedules import beta_schedule, cosine_decay
from utils.training.weights import FlatWeights, WeightAverage


@dataclass(frozen=True)
class Epoch:
    """The figures of one epoch: a row of history.csv.

    Losses are in nats per point, and reconstruction counts the grid's cells: it bounds -log p(integer point | z). Those
    of training points are means over the epoch's steps. Those of held-out points are of the weights at its end, not of
    their average, so that both curves show the same weights; they are NaN until the run's record has computed them,
    which training does not wait for. `beta` and `learning_rate` are of the epoch's last step.
    """

    epoch: int
    beta: float
    learning_rate: float
    train_reconstruction: float
    train_kl: float
    heldout_reconstruction: float
    heldout_kl: float
    seconds: float


class Training:
    """Training of `model` on `train`, to minimize reconstruction + beta * KL.

    `average` is the model with the moving average of the weights, which samples are drawn with. `config.seed`
    determines all random numbers. `state_dict` holds whatever the next step depends on: a run that is stopped after any
    step and resumed arrives at the same bytes.
    """

    def __init__(self, model: VAE, train: ColoredPoints, held_out: ColoredPoints, config: Config) -> None:
        self.model, self.train, self.held_out, self.config = model, train, held_out, config
        self.device = next(model.parameters()).device
        self.weights = FlatWeights(model)
        self.weight_average = WeightAverage(model)
        self.settings = StepSettings.of(config)
        self.optimizer = AdamW(self.weights, self.settings)
        self.batches = Batches(train, config.batch_size, config.num_workers, config.seed)
        self.noise_rng = torch.Generator(self.device).manual_seed(config.seed)
        self.n_steps = config.epochs * len(self.batches)
        # A stretch of steps is about as many points as a usual batch: what need not be done at every step is done after
        # each stretch, and the last one of an epoch may be shorter.
        self.stretch = max(1, round(1 / self.settings.scale))
        self.beta_at = beta_schedule(
            config.annealing, self.n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
        )
        self.gradients = self._gradients
        self.step = 0
        # Of the current epoch: the sums of reconstruction and KL over its points, and its seconds, so far.
        self.loss_sums, self.seconds = torch.zeros(2, device=self.device), 0.0

    @property
    def average(self) -> VAE:
        """The model with the moving average of the weights."""
        return self.weight_average.model

    def compile(self) -> None:
        """Compile all further steps. Raises RuntimeError if this machine cannot."""
        n = self.config.batch_size
        x = torch.zeros(n, N_COORDINATES, device=self.device)
        noise = self.model.sample_noise(n, torch.Generator(self.device))
        self.gradients = compiled(self._gradients, x, noise, torch.tensor(1.0))
        self.optimizer.compile()

    def run(self, on_epoch: Callable[[Epoch], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Train to the end, or until `stopped()` is true after a step; call `on_epoch` after each epoch.

        Raises InputError if the loss stops being finite: before an epoch, or a stop, that could be saved.
        """
        # Adam's means of gradients that stay 0 decay into denormal numbers, which make its update take twice as long.
        torch.set_flush_denormal(True)
        try:
            with Progress(self.n_steps, self.step) as progress:
                while self.step < self.n_steps and not stopped():
                    epoch = self._run_epoch(progress, stopped)
                    if epoch:
                        losses = {"reconstruction": epoch.train_reconstruction, "KL": epoch.train_kl}
                        progress.show(epoch.epoch, beta=epoch.beta, **losses)
                        on_epoch(epoch)
        finally:
            torch.set_flush_denormal(False)
            self.batches.close()

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "batches": self.batches.state_dict(),
            "noise_rng": self.noise_rng.get_state(),
            "loss_sums": self.loss_sums,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where `state_dict` was taken."""
        self.step, self.seconds = state["step"], state["seconds"]
        for name in ("model", "average", "optimizer", "batches"):
            getattr(self, name).load_state_dict(state[name])
        self.noise_rng.set_state(state["noise_rng"].cpu())
        self.loss_sums = state["loss_sums"].to(self.device)

    def _run_epoch(self, progress: Progress, stopped: Callable[[], bool]) -> Epoch | None:
        """The rest of the current epoch, and its figures; None if it was stopped before its end."""
        start = time.perf_counter() - self.seconds
        for x in self.batches.epoch(skip=self.step % len(self.batches)):
            beta, learning_rate = self.take_step(x.to(self.device))
            stop = stopped()
            if stop or self._steps_of_ended_stretch():
                self._check()
                progress.advance_to(self.step)
            if stop and self.step % len(self.batches):
                self.seconds = time.perf_counter() - start
                return None
        reconstruction, kl = (self.loss_sums / len(self.train)).tolist()
        epoch = Epoch(
            epoch=self.step // len(self.batches),
            beta=beta,
            learning_rate=learning_rate,
            train_reconstruction=reconstruction,
            train_kl=kl,
            heldout_reconstruction=math.nan,
            heldout_kl=math.nan,
            seconds=time.perf_counter() - start,
        )
        self.loss_sums, self.seconds = torch.zeros_like(self.loss_sums), 0.0
        self.batches.end_epoch()
        return epoch

    def take_step(self, x: Tensor) -> tuple[float, float]:
        """One training step on the batch `x (n, 5)`; returns its beta and its learning rate."""
        # Schedules.
        beta = self.beta_at(self.step)
        learning_rate = self.settings.learning_rate * cosine_decay(self.step, self.n_steps, self.settings.warmup)

        # Loss and gradients. The last batch of an epoch may be smaller than what the compiled code expects.
        gradients = self.gradients if len(x) == self.config.batch_size else self._gradients
        noise = self.model.sample_noise(len(x), self.noise_rng)
        *vectors, losses = gradients(x, noise, torch.tensor(beta))

        # Step, and average the weights.
        self.step += 1
        self.optimizer.step(vectors, self.step, learning_rate)
        self.loss_sums += losses
        if steps := self._steps_of_ended_stretch():
            scale = self.settings.scale
            self.weight_average.update(self.weights, time=self.step * scale, passed=steps * scale)
        return beta, learning_rate

    def _steps_of_ended_stretch(self) -> int:
        """The number of steps of the stretch that the last step has ended; 0 within a stretch."""
        position = (self.step - 1) % len(self.batches) + 1
        if position % self.stretch and position < len(self.batches):
            return 0
        return (position - 1) % self.stretch + 1

    def _check(self) -> None:
        """Raise InputError unless all losses and weights are finite. What is not finite once remains so."""
        if not torch.isfinite(self.loss_sums.sum() + sum(vector.sum() for vector in self.weights.vectors)):
            raise InputError(
                f"training: the loss is not finite in epoch {(self.step - 1) // len(self.batches) + 1}, "
                f"by step {self.step}; what was saved before is kept; "
                f"try a learning_rate below {self.config.learning_rate:g}"
            )

    def _gradients(self, x: Tensor, noise: Noise, beta: Tensor) -> tuple[Tensor, ...]:
        """Gradients of the loss with respect to the weight vectors; sums of reconstruction and KL over `x`, `(2,)`.

        A pure function of the batch, its noise and beta, which is what allows it to be compiled.
        """
        reconstruction, kl, penalty = self.model.loss(x, noise, len(self.train))
        loss = reconstruction.mean() + beta * kl.mean() + penalty
        return *self.weights.gradients(loss), torch.stack([reconstruction.sum(), kl.sum()]).detach()
