"""The table of metrics, from which the terminal's table, the verdict, report.html and metrics.json follow."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Measured(NamedTuple):
    """The `value` of a metric for the generated points, and for `real` points in their place.

    `p` is its p-value, `error` the standard error of `value` for real points, and `detectable` the value that the test
    finds with a probability of 80%. None stands for an unknown number.
    """

    value: float
    real: float
    p: float | None = None
    error: float | None = None
    detectable: float | None = None


class Metric(NamedTuple):
    """A row of the table: a label of at most 46 characters, the meaning in one sentence, and the format of values.

    differs, memorized: what a small p-value says, with {value} in it; a metric without them decides nothing.
    small: the largest difference from real points that is called small.
    advice: what to do if tests with this advice are the only ones that find a difference.
    measure: a function of the generated, training and held-out points `(n, 5)` that returns numbers of a `Measured`,
        for metrics that `evaluate` does not compute itself. `evaluate` corrects p for the number of tests.
    """

    label: str
    meaning: str
    format: str = ".3f"
    differs: str = ""
    memorized: str = ""
    small: float = float("inf")
    advice: str = ""
    measure: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[Any, ...]] | None = None

    def text(self, value: float) -> str:
        """A value of the metric as it is shown."""
        return format(value, self.format)


SETTLED = "The {} have not settled: more epochs are likely to help{}"
COLORS_SETTLE = SETTLED.format("colors", ".")
PLACES_SETTLE = SETTLED.format("places", ", and so is prior=picture where another prior is set.")
OFF = Metric("", "", ".1%", small=0.02)


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
    "off_colors": OFF._replace(
        label="colors that do not occur near their place",
        meaning="The share of points whose color does not occur near their place.",
        differs="{value} of the points have colors that do not occur near their place",
        advice=COLORS_SETTLE,
    ),
    "off_support": OFF._replace(
        label="points off the shape (off-support)",
        meaning="The share of points at places without data.",
        differs="{value} of the points lie off the shape",
        advice=PLACES_SETTLE,
    ),
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
    "closest_is_training": Metric(
        "nearest record is a training point (DCR)",
        "The share whose closest record, of all data, was used for training. More than for real points: memorized.",
        format=".1%",
        memorized="{value} of the points are closest to a training point",
    ),
    "copies": Metric(
        "exact copies of training points",
        "The share that equals a training point in all coordinates. More than for real points: memorized.",
        format=".1%",
        memorized="{value} of the points are copies of training points",
    ),
}


def n_families() -> int:
    """The number of families of tests that decide: three of `evaluate`, and each test with a `measure` of its own."""
    return 3 + sum(bool(row.measure and row.differs) for row in METRICS.values())
