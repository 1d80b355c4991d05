"""The table of figures: what each is called, what it says, and how the verdict puts it.

The terminal's table, the verdict, report.html, the comparison of runs and metrics.json follow from it. A new figure is
a row, and a function that measures it. docs/evaluation.md has the definitions and their sources.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from utils.evaluation.figure import Figure
from utils.evaluation.memorization import share_of_copies


class Metric(NamedTuple):
    """A row of the table: a label of 46 characters at most, the meaning in one sentence, and the format of values.

    differs, memorized: what a small p-value means, with {value} in it. Without them, the figure is shown, but decides
        nothing.
    measure: takes the generated, training and held-out points `(n, 5)`; without it, `evaluate` computes the figure
        together with others. The p-value it gives is that of one exact test: it is corrected for their number later.
    """

    label: str
    meaning: str
    format: str = ".3f"
    differs: str = ""
    memorized: str = ""
    measure: Callable[[np.ndarray, np.ndarray, np.ndarray], Figure] | None = None

    def text(self, value: float) -> str:
        """A value of the figure as it is shown."""
        return format(value, self.format)


# By their keys in metrics.json, in the order in which they are shown.
FIGURES = {
    "c2st_auc": Metric(
        "a classifier that tells them apart (AUC)",
        "How well a classifier tells generated from held-out points (C2ST). 0.5: not at all; 1: every time.",
        differs="a classifier tells them apart with an AUC of {value}",
    ),
    "energy_distance": Metric(
        "distance between the two sets (energy)",
        "The energy distance of generated and held-out points. 0: the sets are equal.",
        format=".4f",
        differs="their energy distance from the data is {value}",
    ),
    "density_trends": Metric(
        "density: trends across the picture",
        "How much the density rises or falls across the picture where that of the data does not. Real points: about 1.",
        differs="their density deviates across the picture {value} times as much as by chance",
    ),
    "density_regions": Metric(
        "density: regions of the picture",
        "How much regions of the picture hold too many or too few points. Real points: about 1.",
        differs="their density in regions of the picture deviates {value} times as much as by chance",
    ),
    "density_details": Metric(
        "density: details",
        "How much small places hold too many or too few points. Real points: about 1.",
        differs="their density in small places deviates {value} times as much as by chance",
    ),
    "off_support": Metric(
        "points off the shape (off-support)",
        "The share of points at places where the data have none.",
        format=".1%",
        differs="{value} of the points lie off the shape",
    ),
    "off_colors": Metric(
        "colors that do not occur near their place",
        "The share of points whose color does not occur near their place.",
        format=".1%",
        differs="{value} of the points have colors that do not occur near their place",
    ),
    "largest_ks": Metric(
        "largest gap of one coordinate (KS)",
        "The largest Kolmogorov-Smirnov distance of a coordinate: a gap between cumulative shares.",
    ),
    "closest_is_training": Metric(
        "points closest to a training point (DCR)",
        "The share whose closest record was trained on, not held out. More than for real points: memorized.",
        format=".1%",
        memorized="{value} of the points are closest to a training point",
    ),
    "copies": Metric(
        "exact copies of training points",
        "The share that equals a training point in all coordinates. More than for real points: memorized.",
        format=".1%",
        memorized="{value} of the points are copies of training points",
        measure=share_of_copies,
    ),
}


def in_order(keys: Iterable[str]) -> list[tuple[str, Metric]]:
    """The `keys` with their rows, in the order of the table; last, those of other versions, under their keys."""
    others = {key: Metric(key.replace("_", " "), "") for key in keys if key not in FIGURES}
    return [(key, row) for key, row in (FIGURES | others).items() if key in keys]


def n_families() -> int:
    """How many families of tests decide: the three of `families.py`, and each test with a `measure` of its own."""
    return 3 + sum(bool(row.measure and row.differs) for row in FIGURES.values())
