"""Schedules of beta, the weight of the KL divergence, and of the learning rate, as functions of the step.

Those of beta are shares of its maximum at a `step` of the `n_steps` that annealing takes.
"""

import math
from collections.abc import Callable

Schedule = Callable[[int, int, int, float], float]


def cyclical(step: int, n_steps: int, n_cycles: int, ratio: float) -> float:
    """Linear cyclical annealing: in each of M cycles beta rises from 0 to its maximum, then stays there.

    With T = `n_steps`, M = `n_cycles`, R = `ratio` and the paper's t = `step` + 1 = 1 ... T, the share of the cycle
    that has elapsed is

        tau = mod(t - 1, ceil(T / M)) / (T / M),    beta = tau / R if tau <= R else 1.

    Fu et al. 2019, "Cyclical annealing schedule: a simple approach to mitigating KL vanishing" (arXiv 1903.10145),
    equations 6 and 7.
    """
    tau = step % math.ceil(n_steps / n_cycles) / (n_steps / n_cycles)
    return tau / ratio if tau < ratio else 1.0


def monotonic(step: int, n_steps: int, n_cycles: int, ratio: float) -> float:
    """One linear rise during the share `ratio` of the steps (Bowman et al. 2016, arXiv 1511.06349): a single cycle."""
    return cyclical(step, n_steps, 1, ratio)


def constant(step: int, n_steps: int, n_cycles: int, ratio: float) -> float:
    """A plain ELBO with a maximum of 1, or that of a beta-VAE with another (Higgins et al. 2017, "beta-VAE")."""
    return 1.0


SCHEDULES: dict[str, Schedule] = {"cyclical": cyclical, "monotonic": monotonic, "constant": constant}


def beta_schedule(
    name: str, n_steps: int, n_cycles: int, ratio: float, share: float, beta_max: float
) -> Callable[[int], float]:
    """Beta as a function of the step of a run of `n_steps`, by the schedule `name`.

    Annealing takes the first `share` of the run; then beta is `beta_max`.
    """
    annealed, schedule = max(1, round(share * n_steps)), SCHEDULES[name]
    return lambda step: beta_max * (schedule(step, annealed, n_cycles, ratio) if step < annealed else 1.0)


def averaging_weight(n_done: int, scale: float) -> float:
    """The weight of the newest weights in their moving average after `n_done` steps; `scale` as in `StepSettings`.

    Polynomial-decay averaging: the average is mostly of the last tenth of all steps, whatever their number. In steps of
    the usual size, the weight is 9 / (9 + t). Shamir & Zhang 2013 (arXiv 1212.1824), section 4, with eta = 8.
    """
    t = n_done * scale
    return 1 - (t / (9 + t)) ** scale


def cosine_decay(step: int, n_steps: int, warmup: float) -> float:
    """The learning rate at a step as a share of its maximum: a linear warmup times a cosine decay to zero.

    Loshchilov & Hutter 2017, "SGDR" (arXiv 1608.03983), equation 5, without restarts.
    """
    return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / n_steps))
