"""Whether figures of runs differ by more than noise: Welch's test (1947), by the means and errors of the runs."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Estimate(NamedTuple):
    """A figure: its value, the standard error of it, and the degrees of freedom that the error was estimated with.

    The error is NaN if it is not known.
    """

    value: float
    error: float = math.nan
    freedom: float = math.inf

    @property
    def is_known(self) -> bool:
        """Whether it is known how far the value may be off."""
        return math.isfinite(self.error)


def of_seeds(values: Sequence[float]) -> Estimate:
    """The mean of a figure over runs that differ in their seed only; two values or more."""
    spread = float(np.std(values, ddof=1))
    return Estimate(float(np.mean(values)), spread / math.sqrt(len(values)), len(values) - 1)


def p_of_difference(estimates: Sequence[Estimate]) -> float:
    """How often noise alone would put some two of these figures as far apart as they are; NaN if no error is known.

    The smallest p-value over all pairs, times their number (Bonferroni).
    """
    known = [estimate for estimate in estimates if estimate.is_known]
    pairs = [(one, other) for i, one in enumerate(known) for other in known[:i]]
    if not pairs or len(known) < len(estimates):
        return math.nan
    return min(1.0, len(pairs) * min(_welch(one, other) for one, other in pairs))


def _welch(one: Estimate, other: Estimate) -> float:
    variances = [one.error**2, other.error**2]
    total = sum(variances)
    if total == 0:
        return 1.0 if one.value == other.value else 0.0
    # The Welch-Satterthwaite equation.
    inverse = sum(
        (variance / total) ** 2 / estimate.freedom for variance, estimate in zip(variances, (one, other), strict=True)
    )
    return _two_sided(abs(one.value - other.value) / math.sqrt(total), 1 / inverse if inverse else math.inf)


def _two_sided(t: float, freedom: float) -> float:
    """The chance that a variable with Student's distribution lies `t` or further from 0; the normal one without end."""
    if math.isinf(freedom):
        return math.erfc(t / math.sqrt(2))
    # Integrated over the angle whose tangent is t / sqrt(freedom), where the density is a power of the cosine.
    angles = np.linspace(math.atan(t / math.sqrt(freedom)), math.pi / 2, 2001)
    density = np.cos(angles).clip(0) ** (freedom - 1)
    log_scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(math.pi)
    return min(1.0, 2 * math.exp(log_scale) * float(np.trapezoid(density, angles)))
