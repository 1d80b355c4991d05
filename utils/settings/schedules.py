"""What the settings mean at a step: beta, the learning rate, and all that depends on the size of a batch."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from utils.settings.config import Config

# Defaults were tuned for batches of this size, as were Adam's betas and the warm-up (docs/batch_sizes.md).
USUAL_BATCH = 200
BETAS = (0.9, 0.99)
WARMUP_POINTS = 10_000


def cyclical(step: int, n_steps: int, n_cycles: int, ratio: float) -> float:
    """Linear cyclical annealing: in each cycle beta rises from 0 to its maximum for a share `ratio`, then stays there.

    Fu et al. 2019 (arXiv 1903.10145), equations 6 and 7, with T = `n_steps`, M = `n_cycles` and t = `step` + 1.
    """
    tau = step % math.ceil(n_steps / n_cycles) / (n_steps / n_cycles)
    return tau / ratio if tau < ratio else 1.0


# The share of beta's maximum at a step of the `n_steps` that annealing takes.
SCHEDULES: dict[str, Callable[[int, int, int, float], float]] = {
    "cyclical": cyclical,
    # A single rise (Bowman et al. 2016, arXiv 1511.06349).
    "monotonic": lambda step, n_steps, n_cycles, ratio: cyclical(step, n_steps, 1, ratio),
    # A plain ELBO with a maximum of 1, or that of a beta-VAE with another (Higgins et al. 2017, "beta-VAE").
    "constant": lambda step, n_steps, n_cycles, ratio: 1.0,
}


def beta_schedule(config: "Config", n_steps: int) -> Callable[[int], float]:
    """Beta as a function of the step of a run of `n_steps`, of which annealing takes the first `annealing_share`."""
    schedule, annealed = SCHEDULES[config.annealing], max(1, round(config.annealing_share * n_steps))
    n_cycles, ratio, beta_max = config.n_cycles, config.ratio, config.beta_max
    return lambda step: beta_max * (schedule(step, annealed, n_cycles, ratio) if step < annealed else 1.0)


def cosine_decay(step: int, n_steps: int, warmup: float) -> float:
    """The learning rate at a step as a share of its maximum: a linear warmup times a cosine decay to zero.

    Loshchilov & Hutter 2017, "SGDR" (arXiv 1608.03983), equation 5, without restarts.
    """
    return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / n_steps))


def averaging_weight(n_done: int, scale: float) -> float:
    """The weight of the newest weights in their moving average after `n_done` steps; `scale` as in `StepSettings`.

    Polynomial-decay averaging: the average is mostly of the last tenth of all steps, whatever their number. In steps of
    the usual size, the weight is 9 / (9 + t). Shamir & Zhang 2013 (arXiv 1212.1824), section 4, with eta = 8.
    """
    t = n_done * scale
    return 1 - (t / (9 + t)) ** scale


class StepSettings:
    """What one step goes by: a *point* does the same to the weights in batches of any size, in its mean and its noise.

    docs/batch_sizes.md has the rules, of Busbridge et al. 2023 (arXiv 2307.13813) for decays, Marek et al. 2025 (arXiv
    2507.07101) down to batches of one, Malladi et al. 2022 (arXiv 2205.10287) for the learning rate, and Wang &
    Aitchison 2024 (arXiv 2405.13698) for the weight decay.
    """

    def __init__(self, config: "Config") -> None:
        self.scale = k = config.batch_size / USUAL_BATCH
        self.learning_rate = config.learning_rate * math.sqrt(k)
        self.betas = BETAS[0] ** k, BETAS[1] ** k
        self.weight_decay = config.weight_decay * math.sqrt(k)
        self.clip_norm = config.clip_norm / math.sqrt(k)
        self.length_decay = max(0.0, 1 - k)
        self.warmup = WARMUP_POINTS / config.batch_size
