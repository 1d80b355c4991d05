"""The result of an evaluation, and its meaning in words."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.evaluation.metrics import METRICS, Measured, Metric, n_families
from utils.evaluation.two_sample import N_PERMUTATIONS, SIGNIFICANT, Tests

LEAST = 20  # points; no test can find anything in fewer
MEMORIZED = 0.005  # the false-alarm rate of each of the two tests for memorization
# Odds, relative to those of real points, of a training point in place of a held-out one. With lower ones, a model fits
# the points of its training a little better than others, as nearly every model does.
MUCH_MEMORIZED = 1.5
# With fewer points shown, more of them often mend what the tests find. The default settings show 450,000.
YOUNG = 250_000
Row = tuple[Metric, Measured]


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of generated points."""

    measured: Tests = field(default_factory=dict)  # what could be measured, by its key in METRICS
    n_compared: int = 0  # generated points that could be compared
    n_real: int = 0  # with so many real ones
    n_pixels: int = 0  # if the generator has collapsed: onto so few
    # The points (n, 5) that the classifier compared, and scores (n,) around 0: high ones look generated to it.
    classifier: tuple[np.ndarray, np.ndarray] | None = None
    model: dict[str, Any] = field(default_factory=dict)  # what metrics.json says of the model and its data

    @property
    def rows(self) -> list[Row]:
        """What was measured, each beside its row of `METRICS`, in the order of that."""
        return [(row, self.measured[key]) for key, row in METRICS.items() if key in self.measured]

    @property
    def p(self) -> float | None:
        """The smallest p-value of the tests that decide; None if too few points could be compared."""
        return min((measured.p or 0 for _, measured in self._tests("differs", 1)), default=None)

    @property
    def is_refused(self) -> bool:
        """Whether the generator has collapsed, or a test found a difference from the data."""
        return bool(self.n_pixels or self._tests("differs", SIGNIFICANT))

    @property
    def is_memorized(self) -> bool:
        """Whether a test found memorized points, and more of them than nearly every model has."""
        return any(_excess(row) >= 1 for row in self._tests("memorized", MEMORIZED))

    @property
    def verdict(self) -> str:
        """The findings in one to three sentences, without the last period: first their size, then what they are."""
        n_tests, found = len(self._tests("differs", 1)), self._tests("differs", SIGNIFICANT)
        answer = f"{len(found) or 'none'} of {n_tests} tests found a difference from the data"
        if self.n_pixels:
            answer = f"No: the generator has collapsed; the points that it draws lie on {self.n_pixels:,} pixels only"
        elif self.p is None:
            counts = f"{self.n_compared:,} generated and {self.n_real:,} held-out points can be compared"
            answer = f"no verdict: only {counts}, and tests need {LEAST} of each; generate more, or hold more out"
        elif found:
            answer = f"{'Nearly' if _excess(found[0]) <= 1 else 'No'}: {answer}; the largest: {_described(found[0])}"
        elif not self.is_memorized:
            answer = f"Yes: {answer}"
        sentences = [answer, *map(_described, found[1:2])]
        for row in self._tests("memorized", MEMORIZED)[:1]:
            words = "Points are memorized" if self.is_memorized else "They lie a little closer to training points"
            sentences.append(f"{words}: {_described(row)}")
        return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)

    @property
    def conclusion(self) -> str:
        """The verdict; a reservation if it is good; what helps if the model is young, or tests of one kind refuse."""
        text, off, n_shown = f"{self.verdict}.", self.measured.get("off_support"), self.model.get("n_shown")
        if not self.is_refused:
            return text + (f" {off.value:.1%} lie off the shape; of real points, {off.real:.1%}." if off else "")
        if n_shown and n_shown < YOUNG:
            young = f"it was shown {n_shown:,} points (the default settings show 450,000)"
            return f"{text} The run is young: {young}, so more epochs are likely to help."
        advice = {metric.advice for metric, _ in self._tests("differs", SIGNIFICANT)}
        return f"{text} {advice.pop()}".rstrip() if n_shown and len(advice) == 1 else text

    @property
    def power(self) -> str:
        """How many points were compared, and what would have been found; empty without any."""
        auc = self.measured.get("c2st_auc")
        if not auc:
            return ""
        counts = f"{self.n_compared:,} generated points with {self.n_real:,} real ones"
        return f"A classifier compared {counts}. It finds an AUC of {auc.detectable:.2f} or more 4 times in 5."

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        counts = {"n_pixels": self.n_pixels, "n_compared": self.n_compared, "n_heldout_compared": self.n_real}
        numbers = {key: measured._asdict().items() for key, measured in self.measured.items()}
        known = {key: {name: number for name, number in items if number is not None} for key, items in numbers.items()}
        return self.model | counts | {"p": self.p} | known | {"verdict": self.verdict}

    @property
    def table(self) -> str:
        """The metrics in lines of 80 characters at most."""
        lines = [f"{'':48}{'generated':>10}{'real':>10}{'p':>9}"]
        for row, (value, real, p, *_) in self.rows:
            shown = "" if p is None else p_text(p).removeprefix("= ")
            lines.append(f"{row.label:48}{row.text(value):>10}{row.text(real):>10}{shown:>9}".rstrip())
        return "\n".join(lines)

    def _tests(self, kind: str, level: float) -> list[Row]:
        """The tests of a `kind`, differs or memorized, whose p is at most `level`; the largest finding comes first."""
        rows = [row for row in self.rows if getattr(row[0], kind) and row[1].p is not None and row[1].p <= level]
        return sorted(rows, key=_excess, reverse=True)


def p_text(p: float) -> str:
    """A p-value as it is shown; the lowest one that the number of labelings allows is a bound."""
    lowest = [n / (1 + N_PERMUTATIONS) for n in (1, n_families())]
    return f"{'≤' if np.isclose(p, lowest).any() else '='} {p:.3f}"


def _excess(row: Row) -> float:
    """How large a finding is; what is larger than 1 is no longer called small."""
    metric, (value, real, *_) = row
    if metric.memorized:
        return value * (1 - real) / max(real * (1 - value), 1e-9) / MUCH_MEMORIZED
    return abs(value - real) / metric.small


def _described(row: Row) -> str:
    """What a test found, with its numbers."""
    metric, (value, real, p, *_) = row
    finding = (metric.differs or metric.memorized).format(value=metric.text(value))
    return f"{finding} (real points: {metric.text(real)}; p {p_text(p or 0)})"
