"""The result of an evaluation, and its meaning in words."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.evaluation.figures import FIGURES, Figure, in_order
from utils.evaluation.pixels import MOST_COMPARED
from utils.evaluation.two_sample import SIGNIFICANT

# Each of the two tests for memorization has a false-alarm rate of 0.5%.
MEMORIZED = 0.005


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of generated points.

    n_compared: how many could be compared with data; None if there were too few of any kind to try.
    figures: by their keys in `FIGURES`, those that could be measured.
    classifier: the points `(n, 5)` that the classifier compared, and scores `(n,)` around 0, which are high for points
        that look generated to it; None if too few points could be compared.
    model: the entries of metrics.json about the model and its data.
    """

    n_generated: int
    n_held_out: int
    n_compared: int | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    classifier: tuple[np.ndarray, np.ndarray] | None = None
    model: dict[str, Any] = field(default_factory=dict)

    @property
    def p(self) -> float | None:
        """The smallest p-value of the tests that decide; None if too few points could be compared."""
        deciding = (self.figures[key].p for key, row in in_order(self.figures) if row.differs)
        return min((p for p in deciding if p is not None), default=None)

    @property
    def is_refused(self) -> bool:
        """Whether a test found a difference from the data."""
        return self.p is not None and self.p < SIGNIFICANT

    @property
    def is_memorized(self) -> bool:
        """Whether a test found memorized points."""
        return bool(self._findings("memorized", MEMORIZED))

    @property
    def verdict(self) -> str:
        """The findings of the tests in one sentence, without its period."""
        if self.is_refused:
            text = f"the generated points differ from the data: {self._findings('differs', SIGNIFICANT)}"
        elif self.p is not None:
            text = "the generated points look like the data: no test found a difference"
        elif self.n_compared is not None:
            counts = f"{self.n_compared:,} of {self.n_generated:,}"
            text = f"no verdict on the distribution: only {counts} generated points can be compared with held-out data"
        else:
            text = f"too few points for a verdict ({self.n_generated:,} generated, {self.n_held_out:,} held out)"
        return text + self.is_memorized * f"; points are memorized: {self._findings('memorized', MEMORIZED)}"

    @property
    def conclusion(self) -> str:
        """The verdict as a sentence, and one with a reservation if it is good."""
        sentence = f"{self.verdict[0].upper()}{self.verdict[1:]}."
        off, row = self.figures.get("off_support"), FIGURES["off_support"]
        if self.is_refused or not off:
            return sentence
        return f"{sentence} {row.text(off.value)} lie off the shape; of real points, {row.text(off.real)}."

    @property
    def power(self) -> str:
        """How many points were compared, why they are not all, and what would have been found; empty without any."""
        auc = self.figures.get("c2st_auc")
        if not auc or not self.n_compared:
            return ""
        reason = "those that share a pixel are left out, because the data hold no pixel twice"
        is_part = self.n_compared < min(self.n_generated, MOST_COMPARED)
        left_out = f" of {self.n_generated:,} ({reason})" if is_part else ""
        return (
            f"Compared: {self.n_compared:,} generated points{left_out} with {self.n_held_out:,} held-out ones. "
            f"With so many, the classifier finds an AUC of {auc.detectable:.2f} or more 4 times in 5."
        )

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        compared = {} if self.n_compared is None else {"n_compared": self.n_compared}
        figures = {key: figure.to_json() for key, figure in self.figures.items()}
        counts = {"n_generated": self.n_generated, "n_heldout": self.n_held_out} | compared
        return self.model | counts | {"p": self.p} | figures | {"verdict": self.verdict}

    @property
    def table(self) -> str:
        """The figures in lines of 80 characters at most."""
        lines = [f"{'':48}{'generated':>10}{'real':>10}{'p':>8}"]
        for key, row in in_order(self.figures):
            value, real, p, *_ = self.figures[key]
            shown = "" if p is None else f"{p:8.3f}"
            lines.append(f"{row.label:48}{row.text(value):>10}{row.text(real):>10}{shown}")
        return "\n".join(lines)

    def _findings(self, kind: str, level: float) -> str:
        """The sentences about the figures of a `kind`, differs or memorized, whose p lies below `level`."""
        found = []
        for key, row in in_order(self.figures):
            (value, real, p, *_), words = self.figures[key], getattr(row, kind)
            if words and p is not None and p < level:
                compared = f"real points: {row.text(real)}; p = {p:.2g}"
                found.append(f"{words.format(value=row.text(value))} ({compared})")
        return "; ".join(found)
