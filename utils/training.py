"""Training: one loop, from points to a model whose samples can be drawn."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from data.points import ColoredPoints
from models.vae import VAE
from utils.annealing import beta_schedule, cosine_decay
from utils.config import Config
from utils.errors import InputError

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


def fit(
    model: VAE,
    train: ColoredPoints,
    held_out: ColoredPoints,
    config: Config,
    on_epoch: Callable[[Epoch, VAE], None],
) -> VAE:
    """Train `model` on `train` to minimise reconstruction + beta * KL, and return the average of its weights.

    After each epoch `on_epoch` is given its figures and the average so far. All randomness follows from `config.seed`.
    Raises InputError where the loss stops being finite; the step that made it so is not taken.
    """
    device = next(model.parameters()).device
    shuffle, cells = torch.Generator().manual_seed(config.seed), torch.Generator().manual_seed(config.seed + 1)
    noise = torch.Generator(device).manual_seed(config.seed)
    batches = train.batches(config.batch_size, config.num_workers, shuffle)
    optimizer = torch.optim.AdamW(
        _parameter_groups(model, config.weight_decay), config.learning_rate, betas=(0.9, 0.99), fused=True
    )
    average = AveragedModel(model, multi_avg_fn=_exponential_average(config.ema_decay))
    n_steps = config.epochs * len(batches)
    beta_at = beta_schedule(
        config.annealing, n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
    )

    step = 0
    with tqdm(total=n_steps, unit="step", disable=None) as bar:
        for epoch in range(1, config.epochs + 1):
            start, total = time.perf_counter(), torch.zeros(2, device=device)
            for points in batches:
                beta = beta_at(step)
                learning_rate = config.learning_rate * cosine_decay(step, n_steps, WARMUP_STEPS)
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate

                reconstruction, kl = model.loss(train.scaling.dequantise(points, cells).to(device), noise)
                loss = reconstruction.mean() + beta * kl.mean()
                optimizer.zero_grad()
                loss.backward()
                norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
                if not torch.isfinite(loss + norm):
                    raise InputError(
                        f"training: the loss is not finite in epoch {epoch}, step {step + 1}; the model before that "
                        f"is kept; try a learning_rate below {config.learning_rate:g}"
                    )
                optimizer.step()
                average.update_parameters(model)

                total += torch.stack([reconstruction.detach().sum(), kl.detach().sum()])
                step += 1
                bar.update()
            train_reconstruction, train_kl = (total / len(train)).tolist()
            train_reconstruction += train.scaling.log_cells
            heldout = evaluate_loss(model, held_out, config.seed)
            seconds = time.perf_counter() - start
            bar.set_postfix(beta=f"{beta:.2f}", reconstruction=f"{train_reconstruction:.2f}", KL=f"{train_kl:.2f}")
            on_epoch(
                Epoch(epoch, beta, learning_rate, train_reconstruction, train_kl, *heldout, seconds), average.module
            )
    return average.module


@torch.no_grad()
def evaluate_loss(model: VAE, points: ColoredPoints, seed: int) -> tuple[float, float]:
    """Mean reconstruction and KL of `points` in nats a point; their sum is the negative ELBO.

    The same `seed` draws the same noise.
    """
    device = next(model.parameters()).device
    cells, noise = torch.Generator().manual_seed(seed), torch.Generator(device).manual_seed(seed)
    reconstruction = kl = 0.0
    for block in points.points.split(BLOCK):
        loss = model.loss(points.scaling.dequantise(block, cells).to(device), noise)
        reconstruction += loss.reconstruction.sum().item()
        kl += loss.kl.sum().item()
    return reconstruction / len(points) + points.scaling.log_cells, kl / len(points)


def evaluate_bound(model: VAE, points: ColoredPoints, seed: int, k: int = 100) -> float:
    """Mean importance-weighted bound of -log p(point) in nats: at most the negative ELBO, less with more draws."""
    device = next(model.parameters()).device
    cells, noise = torch.Generator().manual_seed(seed), torch.Generator(device).manual_seed(seed)
    x = points.scaling.dequantise(points.points[:MOST_FOR_BOUND], cells).to(device)
    return points.scaling.log_cells - model.log_likelihood(x, k, noise).mean().item()


def _parameter_groups(model: VAE, weight_decay: float) -> list[dict]:
    """Weight decay is for the networks' matrices alone: for biases, norms and the prior, zero is no better place."""
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[parameter.ndim >= 2 and not name.startswith("prior.")].append(parameter)
    return [{"params": groups[True], "weight_decay": weight_decay}, {"params": groups[False], "weight_decay": 0.0}]


def _exponential_average(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor], None]:
    """The average's step towards the current weights; its memory is short at first, to forget the initial weights."""

    def update(averages: list[Tensor], weights: list[Tensor], count: Tensor) -> None:
        steps = int(count)
        torch._foreach_lerp_(averages, weights, 1 - min(decay, (1 + steps) / (10 + steps)))

    return update
