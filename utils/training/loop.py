"""Training: one loop, from points to a model whose samples can be drawn."""

import copy
import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from data.points import ColoredPoints
from models.vae import VAE
from utils.program.errors import InputError
from utils.settings.config import Config
from utils.training.compilation import compiled
from utils.training.schedules import beta_schedule, cosine_decay

WARMUP_STEPS = 50
# Held-out points are evaluated in blocks, so that memory does not grow with their number.
BLOCK = 10_000
# The importance-weighted bound decodes each point a hundred times: this many are enough.
MOST_FOR_BOUND = 1000


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to: a row of history.csv. Losses are in nats a point; beta is that of the epoch's last step.

    Reconstruction counts the grid's cells: it bounds -log p(integer point | z).
    """

    epoch: int
    beta: float
    learning_rate: float
    train_reconstruction: float
    train_kl: float
    heldout_reconstruction: float
    heldout_kl: float
    seconds: float


def pick_device(name: str) -> torch.device:
    """The device `name`. Raises InputError where this machine has none."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    device = torch.device(name)
    if not there[device.type] or (device.index or 0) >= max(1, torch.cuda.device_count()):
        found = ", ".join(kind for kind, available in there.items() if available)
        raise InputError(f"device: PyTorch finds no {name} on this machine; set device to one of: {found}")
    return device


class Training:
    """Training of `model` on `train` to minimise reconstruction + beta * KL, by steps that can be stopped and resumed.

    `average` is the model with the moving average of the weights, which samples are drawn with. All randomness follows
    from `config.seed`. Whatever the next step depends on is in `state_dict`: stopped after any step and resumed from
    it, a run comes to the same bytes.
    """

    def __init__(self, model: VAE, train: ColoredPoints, held_out: ColoredPoints, config: Config) -> None:
        self.model, self.train, self.held_out, self.config = model, train, held_out, config
        self.device = next(model.parameters()).device
        self.average = copy.deepcopy(model)
        self.groups = _groups(model)
        self.weights, self.averages = _flatten(model), _flatten(self.average)
        matrices, others = self.weights
        groups = [
            {"params": [matrices], "weight_decay": config.weight_decay},
            {"params": [others], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, config.learning_rate, betas=(0.9, 0.99), fused=True)
        self.gradients = self._gradients
        self.epoch_steps = math.ceil(len(train) / config.batch_size)
        self.n_steps = config.epochs * self.epoch_steps
        self.beta_at = beta_schedule(
            config.annealing, self.n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
        )
        self.step = 0
        # Draws the order of the points and their places in their cells, and the noise of the posterior.
        self.order = torch.Generator().manual_seed(config.seed)
        self.noise = torch.Generator(self.device).manual_seed(config.seed)
        # Of the epoch under way: sums of reconstruction and KL so far, seconds so far, and the order it began with.
        self.total, self.seconds = torch.zeros(2, device=self.device), 0.0
        self.order_at_start = self.order.get_state()

    def compile(self) -> None:
        """Take all further steps as compiled code. Raises RuntimeError where this machine cannot make it."""
        n = self.config.batch_size
        x, noise = (torch.zeros(n, width, device=self.device) for width in (5, self.model.latent_dim))
        self.gradients = compiled(self._gradients, x, noise, torch.tensor(1.0))

    def run(self, on_epoch: Callable[[Epoch, VAE], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Train to the end, or until `stopped()` is true after a step. `on_epoch` is given each epoch's figures.

        Raises InputError where the loss stops being finite; the step that made it so is not taken.
        """
        # Local, for the worker processes end when nothing holds them.
        chunks = self.train.chunks(self.config.batch_size, self.config.num_workers, self.order)
        with tqdm(total=self.n_steps, initial=self.step, unit="step", disable=None) as bar:
            while self.step < self.n_steps and not stopped():
                row = self._run_epoch(chunks, bar, stopped)
                if row:
                    losses = {"reconstruction": f"{row.train_reconstruction:.2f}", "KL": f"{row.train_kl:.2f}"}
                    bar.set_postfix(beta=f"{row.beta:.2f}", **losses)
                    on_epoch(row, self.average)

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "order": self.order_at_start,
            "noise": self.noise.get_state(),
            "total": self.total,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self.step, self.seconds = state["step"], state["seconds"]
        for name in ("model", "average", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.order_at_start = state["order"].cpu()
        self.order.set_state(self.order_at_start)
        self.noise.set_state(state["noise"].cpu())
        self.total = state["total"].to(self.device)

    def _run_epoch(self, chunks: DataLoader, bar: tqdm, stopped: Callable[[], bool]) -> Epoch | None:
        """The rest of the epoch under way, and its figures; None where it was stopped before its end."""
        start = time.perf_counter() - self.seconds
        self.order_at_start = self.order.get_state()
        for x in itertools.islice(self._batches(chunks), self.step % self.epoch_steps, None):
            beta, learning_rate = self._take_step(x)
            bar.update()
            self.seconds = time.perf_counter() - start
            if stopped() and self.step % self.epoch_steps:
                return None
        reconstruction, kl = (self.total / len(self.train)).tolist()
        heldout = evaluate_loss(self.model, self.held_out, self.config.seed)
        seconds = time.perf_counter() - start
        self.total, self.seconds, self.order_at_start = torch.zeros_like(self.total), 0.0, self.order.get_state()
        epoch = self.step // self.epoch_steps
        return Epoch(epoch, beta, learning_rate, reconstruction + self.train.scaling.log_cells, kl, *heldout, seconds)

    def _batches(self, chunks: DataLoader) -> Iterator[Tensor]:
        """The batches `(batch_size, 5)` of an epoch, dequantised."""
        for points in chunks:
            x = self.train.scaling.dequantise(points, self.order).to(self.device)
            yield from x.split(self.config.batch_size)

    def _take_step(self, x: Tensor) -> tuple[float, float]:
        """One step of Adam on a batch; the beta and the learning rate it was taken with."""
        beta = self.beta_at(self.step)
        learning_rate = self.config.learning_rate * cosine_decay(self.step, self.n_steps, WARMUP_STEPS)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate

        # The last batch of an epoch may be smaller than what the compiled code is for.
        gradients = self.gradients if len(x) == self.config.batch_size else self._gradients
        noise = self.model.noise(len(x), self.noise)
        *gradients, losses = gradients(x, noise, torch.tensor(beta))
        for weights, gradient in zip(self.weights, gradients, strict=True):
            weights.grad = gradient
        norm = nn.utils.clip_grad_norm_(self.weights, self.config.clip_norm)
        if not torch.isfinite(losses.sum() + norm):
            epoch = self.step // self.epoch_steps + 1
            raise InputError(
                f"training: the loss is not finite in epoch {epoch}, step {self.step + 1}; "
                f"what was saved before is kept; try a learning_rate below {self.config.learning_rate:g}"
            )
        self.optimizer.step()
        self.step += 1
        # The average's memory is short at first, to forget the initial weights.
        memory = min(self.config.ema_decay, self.step / (9 + self.step))
        with torch.no_grad():
            for average, weights in zip(self.averages, self.weights, strict=True):
                average.lerp_(weights, 1 - memory)
        self.total += losses
        return beta, learning_rate

    def _gradients(self, x: Tensor, noise: Tensor, beta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The loss's gradients by the two vectors of weights, and the batch's sums of reconstruction and KL `(2,)`."""
        reconstruction, kl = self.model.loss(x, noise)
        loss = reconstruction.mean() + beta * kl.mean()
        gradients = iter(torch.autograd.grad(loss, [*self.groups[0], *self.groups[1]]))
        matrices, others = (torch.cat([next(gradients).flatten() for _ in group]) for group in self.groups)
        return matrices, others, torch.stack([reconstruction.sum(), kl.sum()]).detach()


@torch.no_grad()
def evaluate_loss(model: VAE, points: ColoredPoints, seed: int) -> tuple[float, float]:
    """Mean reconstruction and KL of `points` in nats a point; their sum is the negative ELBO.

    The same `seed` draws the same noise.
    """
    device = next(model.parameters()).device
    cells, noise = torch.Generator().manual_seed(seed), torch.Generator(device).manual_seed(seed)
    reconstruction = kl = 0.0
    for block in points.points.split(BLOCK):
        x = points.scaling.dequantise(block, cells).to(device)
        loss = model.loss(x, model.noise(len(x), noise))
        reconstruction += loss.reconstruction.sum().item()
        kl += loss.kl.sum().item()
    return reconstruction / len(points) + points.scaling.log_cells, kl / len(points)


def evaluate_bound(model: VAE, points: ColoredPoints, seed: int, k: int = 100) -> float:
    """Mean importance-weighted bound of -log p(point) in nats: at most the negative ELBO, less with more draws."""
    device = next(model.parameters()).device
    cells, noise = torch.Generator().manual_seed(seed), torch.Generator(device).manual_seed(seed)
    x = points.scaling.dequantise(points.points[:MOST_FOR_BOUND], cells).to(device)
    return points.scaling.log_cells - model.log_likelihood(x, k, noise).mean().item()


def _groups(model: VAE) -> tuple[list[Tensor], list[Tensor]]:
    """The networks' matrices, which decay, and all other weights: biases, norms and the prior are not drawn to zero."""
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[parameter.ndim >= 2 and not name.startswith("prior.")].append(parameter)
    return groups[True], groups[False]


def _flatten(model: VAE) -> list[nn.Parameter]:
    """Each group's weights, one after the other in a vector; from now on, the model's weights are views of it.

    The optimizer then makes one operation of what would be seventy, one for each small tensor.
    """
    vectors = []
    for group in _groups(model):
        vector = nn.utils.parameters_to_vector(group).detach()
        nn.utils.vector_to_parameters(vector, group)
        vectors.append(nn.Parameter(vector))
    return vectors
