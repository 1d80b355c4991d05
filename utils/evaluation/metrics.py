"""The table of metrics, from which the terminal's table, the verdict, report.html and metrics.json follow."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Measured(NamedTuple):
    """The `value` of a metric for the generated points, and for `real` points in their place. None is unknown."""

    value: float
    real: float
    p: float | None = None
    error: float | None = None  # the standard error of `value` for real points
    detectable: float | None = None  # the value that the test finds with a probability of 80%


class Metric(NamedTuple):
    """A row of the table. Only a metric that `differs` has a say in the verdict, or else one that is `memorized`."""

    label: str  # 46 characters at most
    meaning: str  # one sentence
    format: str = ".3f"
    differs: str = ""  # what a small p-value says, with {value} in it
    memorized: str = ""  # the same of a test that finds memorized points
    small: float = float("inf")  # the largest difference from real points that is called small
    advice: str = ""  # what to do if tests with this advice are the only ones that find a difference
    # Of generated, training and held-out points (n, 5), the numbers of a `Measured`; `evaluate` corrects their p.
    measure: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[Any, ...]] | None = None

    def text(self, value: float) -> str:
        """A value of the metric as it is shown."""
        return format(value, self.format)


SETTLED = "The {} have not settled: more epochs are likely to help{}"
COLORS_SETTLE = SETTLED.format("colors", ".")
PLACES_SETTLE = SETTLED.format("places", ", and so is prior=picture where another prior is set.")


def off(label: str, what: str, advice: str) -> Metric:
    """The row of a test of how many points do `what`, which real ones seldom do."""
    differs = f"{{value}} of the points {what}"
    return Metric(label, f"The share of points that {what}.", ".1%", differs, small=0.02, advice=advice)


def memorized(label: str, what: str) -> Metric:
    """The row of a test of how many points do `what`, which more of them do if points are memorized."""
    meaning = f"The share of points that {what}. More than for real points: memorized."
    return Metric(label, meaning, ".1%", memorized=f"{{value}} of the points {what}")


def density(label: str, where: str) -> Metric:
    """The row of a test of the density."""
    meaning = f"How much more the density deviates {where} than by chance."
    differs = f"their density deviates {where} {{value}} times as much as by chance"
    return Metric(f"density: {label}", meaning, ".2f", differs, small=10, advice=PLACES_SETTLE)


# By their keys in metrics.json, in the order in which they are shown: those that say most come first.
METRICS = {
    "c2st_auc": Metric(
        "a classifier that tells them apart (AUC)",
        "How well a classifier tells generated from held-out points (C2ST). 0.5: not at all; 1: every time.",
        differs="a classifier tells them apart with an AUC of {value}",
        small=0.1,
    ),
    "off_colors": off(
        "colors that do not occur near their place", "have colors that do not occur near their place", COLORS_SETTLE
    ),
    "off_support": off("points off the shape (off-support)", "lie off the shape", PLACES_SETTLE),
    "density_trends": density("trends across the picture", "across the picture"),
    "density_regions": density("regions of the picture", "in regions of the picture"),
    "density_details": density("details", "in small places"),
    "energy_distance": Metric(
        "distance between the two sets (energy)",
        "The energy distance of generated and held-out points. 0: the sets are equal.",
        format=".4f",
        differs="their energy distance from the data is {value}",
        small=0.05,
    ),
    "closest_is_training": memorized("nearest record is a training point (DCR)", "are closest to a training point"),
    "copies": memorized("exact copies of training points", "are copies of training points"),
}


def n_families() -> int:
    """The number of families of tests that decide: three of `evaluate`, and each test with a `measure` of its own."""
    return 3 + sum(bool(row.measure and row.differs) for row in METRICS.values())
