"""One figure of an evaluation, and how metrics.json writes it."""

from typing import Any, NamedTuple

# The names in metrics.json are those of earlier versions, so that their runs can be compared with those of today.
JSON_NAMES = {"real": "floor", "error": "standard_error"}


class Figure(NamedTuple):
    """A figure of the generated points, `value`, beside what real points get in their place, `real`.

    `p` is its p-value, corrected for the number of tests; `error` the standard error of `value` for real points;
    `detectable` the value that the test finds with a probability of 80%. None stands for what is not known.
    """

    value: float
    real: float
    p: float | None = None
    error: float | None = None
    detectable: float | None = None

    def corrected(self, n_tests: int) -> "Figure":
        """The figure with its p-value, if it has one, multiplied by `n_tests` (Bonferroni)."""
        return self if self.p is None else self._replace(p=min(1.0, n_tests * self.p))

    def to_json(self) -> dict[str, float]:
        """The figure as metrics.json has it."""
        return {JSON_NAMES.get(name, name): part for name, part in self._asdict().items() if part is not None}

    @classmethod
    def from_json(cls, content: Any) -> "Figure | None":
        """The figure that `to_json` wrote; None if `content` is something else. Raises TypeError for bad numbers."""
        if not isinstance(content, dict) or not {"value", "floor"} <= content.keys():
            return None
        known = {name: content.get(JSON_NAMES.get(name, name)) for name in cls._fields}
        return cls(**{name: float(part) for name, part in known.items() if part is not None})
