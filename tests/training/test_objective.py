"""What a training step does, held against a textbook's loop: loss, gradients, clip, AdamW, weight average."""

import copy
import dataclasses
from collections.abc import Iterator

import pytest
import torch

from data.points import ColoredPoints
from models.generator import build_model
from models.vae import VAE
from utils.settings.config import Config
from utils.training.loop import Training
from utils.training.schedules import beta_schedule, cosine_decay


def textbook(model: VAE, points: ColoredPoints, config: Config) -> tuple[VAE, VAE]:
    """`model` trained as a textbook would, with the random numbers of `Training`; and its weight average."""
    average, step, k = copy.deepcopy(model), 0, config.batch_size / 200
    named = list(model.named_parameters())
    densities = [w for name, w in named if name.startswith(("prior.", "decoder.canvas."))]
    networks = [(name, w) for name, w in named if not name.startswith(("prior.", "decoder.canvas."))]
    decaying = [w for name, w in networks if w.ndim >= 2 and name.endswith("weight")]
    others = [w for name, w in networks if w.ndim < 2 or not name.endswith("weight")]
    optimizer = torch.optim.AdamW(
        [
            {"params": decaying, "weight_decay": config.weight_decay * k**0.5},
            {"params": others, "weight_decay": 0.0},
            {"params": densities, "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
        betas=(0.9**k, 0.99**k),
    )
    n_batches = -(-len(points) // config.batch_size)
    n_steps = config.epochs * n_batches
    beta_at = beta_schedule(
        config.annealing, n_steps, config.n_cycles, config.ratio, config.annealing_share, config.beta_max
    )
    lengths = [0.0, 0.0, 0.0]
    order, noise = (torch.Generator().manual_seed(config.seed) for _ in range(2))
    for _ in range(config.epochs):
        x = points.points[torch.randperm(len(points), generator=order)]
        for batch in points.scaling.dequantize(x, order).split(config.batch_size):
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * k**0.5 * cosine_decay(step, n_steps, 50 / k)
            drawn = model.sample_noise(len(batch), noise)
            reconstruction, kl, decoded = model.loss(batch, drawn)
            optimizer.zero_grad()
            regularization = model.regularization(batch, drawn, decoded, len(points))
            ((reconstruction + beta_at(step) * kl).mean() + regularization).backward()
            for i, part in enumerate((decaying, others, densities)):
                squared = sum(weight.grad.square().sum() for weight in part)
                lengths[i] = (1 - k) * lengths[i] + k * squared
                length = (lengths[i] / (1 - (1 - k) ** (step + 1))) ** 0.5
                for weight in part:
                    weight.grad *= min(1.0, config.clip_norm / k**0.5 / length)
            optimizer.step()
            step += 1
            in_epoch = (step - 1) % n_batches + 1
            if in_epoch % round(1 / k) and in_epoch < n_batches:
                continue
            since = (in_epoch - 1) % round(1 / k) + 1
            decay = min(config.ema_decay, step * k / (9 + step * k)) ** (since * k)
            with torch.no_grad():
                for mean, weight in zip(average.parameters(), model.parameters(), strict=True):
                    mean.copy_(decay * mean + (1 - decay) * weight)
    return model, average


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Adam turns rounding errors of small gradients into whole steps; in double precision they stay small."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("name", ["attention", "vanilla"])
def test_training_takes_the_steps_of_a_textbook(points: ColoredPoints, quick: Config, name: str):
    # Rates, decay and clipping are such that each of them shows in the weights after 12 steps.
    config = dataclasses.replace(quick, model=name, learning_rate=0.01, weight_decay=1.0, clip_norm=0.5)
    torch.manual_seed(0)
    model = build_model(dataclasses.asdict(config), points.scaling)
    expected, expected_average = textbook(copy.deepcopy(model), points, config)

    training = Training(model, points, points, config)
    training.run(lambda *_: None)

    for ours, theirs in ((model, expected), (training.average, expected_average)):
        for (part, weight), (_, wanted) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
            assert torch.allclose(weight, wanted, atol=1e-9), part
