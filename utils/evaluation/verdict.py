"""The result of an evaluation, and its meaning in words."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.evaluation.metrics import Measured, Metric, in_order, n_families
from utils.evaluation.two_sample import N_PERMUTATIONS, SIGNIFICANT

LEAST = 20  # points; no test can find anything in fewer
# Each of the two tests for memorization has a false-alarm rate of 0.5%.
MEMORIZED = 0.005
# Odds, relative to those of real points, of a training point in place of a held-out one. With lower ones, a model fits
# the points of its training a little better than others, as nearly every model does.
MUCH_MEMORIZED = 1.5
# With fewer points shown, more of them often mend what the tests find. The default settings show 450,000.
YOUNG = 250_000
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
Row = tuple[Metric, Measured]


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of generated points.

    n_compared, n_real: how many generated points the classifier compared with how many real ones; None if there were
        too few of any kind to try.
    measured: the metrics that could be measured, by their keys in `METRICS`.
    classifier: the points `(n, 5)` that the classifier compared, and scores `(n,)` around 0, which are high for points
        that look generated to it; None if too few points could be compared.
    model: the entries of metrics.json about the model and its data.
    rule, n_pixels: how points were chosen, and on how few pixels the generator collapsed, as in `Comparable`.
    """

    n_generated: int
    n_held_out: int
    n_compared: int | None = None
    measured: dict[str, Measured] = field(default_factory=dict)
    classifier: tuple[np.ndarray, np.ndarray] | None = None
    model: dict[str, Any] = field(default_factory=dict)
    n_real: int = 0
    rule: str = "all"
    n_pixels: int | None = None

    @property
    def p(self) -> float | None:
        """The smallest p-value of the tests that decide; None if too few points could be compared."""
        return min((measured.p for _, measured in self._tests("differs", 1) if measured.p is not None), default=None)

    @property
    def is_refused(self) -> bool:
        """Whether the generator has collapsed, or a test found a difference from the data."""
        return bool(self.n_pixels or self._tests("differs", SIGNIFICANT))

    @property
    def is_memorized(self) -> bool:
        """Whether a test found memorized points, and more of them than nearly every model has."""
        return any(_odds_ratio(measured) >= MUCH_MEMORIZED for _, measured in self._tests("memorized", MEMORIZED))

    @property
    def verdict(self) -> str:
        """The findings in one to three sentences, without the last period: first their size, then what they are."""
        sentences = [self._difference(), *(_named(row, "differs") for row in self._largest()[:2])]
        near = max(self._tests("memorized", MEMORIZED), key=lambda row: _odds_ratio(row[1]), default=None)
        if near:
            words = "Points are memorized" if self.is_memorized else "They lie a little closer to training points"
            sentences.append(f"{words}: {_named(near, 'memorized')}")
        return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)

    @property
    def conclusion(self) -> str:
        """The verdict; a reservation if it is good; what helps if the model is young, or tests of one kind refuse."""
        text, off, n_shown = f"{self.verdict}.", self.measured.get("off_support"), self.model.get("n_shown")
        if not self.is_refused:
            return text + (f" {off.value:.1%} lie off the shape; of real points, {off.real:.1%}." if off else "")
        if n_shown is None:
            return text
        if n_shown < YOUNG:
            young = f"it was shown {n_shown:,} points (the default settings show 450,000)"
            return f"{text} The run is young: {young}, so more epochs are likely to help."
        advice = {row.advice for row, _ in self._largest()}
        return f"{text} {advice.pop()}".rstrip() if len(advice) == 1 else text

    @property
    def power(self) -> str:
        """How many points were compared, why they are not all, and what would have been found; empty without any."""
        auc = self.measured.get("c2st_auc")
        if not auc or not self.n_compared:
            return ""
        real = {
            "all": f"{self.n_real:,} held-out ones",
            "distinct": f"{self.n_real:,} held-out ones, without the pixels that both generated points and data hold",
            "census": f"{self.n_real:,} draws from the data, which hold every pixel of their figure",
        }
        return (
            f"A classifier compared {self.n_compared:,} generated points with {real[self.rule]}. "
            f"With so many, it finds an AUC of {auc.detectable:.2f} or more 4 times in 5."
        )

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        n_real = None if self.n_compared is None else self.n_real
        compared = {"n_compared": self.n_compared, "n_pixels": self.n_pixels, "n_heldout_compared": n_real}
        measured = {key: measured.to_json() for key, measured in self.measured.items()}
        counts = {"n_generated": self.n_generated, "n_heldout": self.n_held_out}
        counts |= {key: number for key, number in compared.items() if number is not None}
        return self.model | counts | {"p": self.p} | measured | {"verdict": self.verdict}

    @property
    def table(self) -> str:
        """The metrics in lines of 80 characters at most."""
        lines = [f"{'':48}{'generated':>10}{'real':>10}{'p':>9}"]
        for key, row in in_order(self.measured):
            value, real, p, *_ = self.measured[key]
            shown = "" if p is None else f"{p_text(p).removeprefix('= '):>9}"
            lines.append(f"{row.label:48}{row.text(value):>10}{row.text(real):>10}{shown}")
        return "\n".join(lines)

    def _tests(self, kind: str, level: float) -> list[Row]:
        """The tests of a `kind`, differs or memorized, whose p is at most `level`."""
        rows = [(row, self.measured[key]) for key, row in in_order(self.measured) if getattr(row, kind)]
        return [(row, measured) for row, measured in rows if measured.p is not None and measured.p <= level]

    def _largest(self) -> list[Row]:
        """The tests that found a difference, the largest one first."""
        return sorted(self._tests("differs", SIGNIFICANT), key=_excess, reverse=True)

    def _difference(self) -> str:
        """The clause about differences from the data, with their size, or why nothing is known of them."""
        if self.n_pixels:
            return f"No: the generator has collapsed; the points that it draws lie on {self.n_pixels:,} pixels only"
        if self.n_compared is None:
            counts = f"{self.n_generated:,} generated and {self.n_held_out:,} held-out points"
            return f"no verdict: of {counts}, tests need {LEAST} each; generate more, or hold more out"
        if self.p is None:
            counts = f"only {self.n_compared:,} generated and {self.n_real:,} held-out points"
            return f"no verdict: {counts} can be compared, the others share a pixel with data; more points may help"
        tests, largest = _number(len(self._tests("differs", 1))), self._largest()
        if not largest:
            return f"{'' if self.is_memorized else 'Yes: '}none of {tests} tests found a difference from the data"
        word = "Nearly" if all(_excess(row) <= 1 for row in largest) else "No"
        size, n = largest[0][0].size_of(largest[0][1]), _number(len(largest))
        if n == "one":
            return f"{word}: one of {tests} tests found a difference from the data, {size}"
        count = f"all {tests}" if n == tests else f"{n} of {tests}"
        return f"{word}: {count} tests found differences from the data; the largest, {size}"


def p_text(p: float) -> str:
    """A p-value as it is shown; the lowest one that the number of labelings allows is a bound."""
    lowest = [n / (1 + N_PERMUTATIONS) for n in (1, n_families())]
    return f"{'≤' if np.isclose(p, lowest).any() else '='} {p:.3f}"


def _excess(row: Row) -> float:
    """By how many times what is called small a metric differs from that of real points."""
    metric, measured = row
    return abs(measured.value - measured.real) / metric.small


def _odds_ratio(measured: Measured) -> float:
    """The odds of a share, relative to those of real points."""
    odds, of_real = (share / max(1 - share, 1e-9) for share in (measured.value, measured.real))
    return odds / max(of_real, 1e-9)


def _named(row: Row, kind: str) -> str:
    """What a test found, with its numbers."""
    (metric, measured), text = row, row[0].text
    real, p = text(measured.real), p_text(measured.p or 0)
    return f"{getattr(metric, kind).format(value=text(measured.value))} (real points: {real}; p {p})"


def _number(n: int) -> str:
    """`n` as a word, if it is small."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
