"""The figures in words: a verdict, a table, and rows for a picture."""

from utils.evaluation.figures import SIGNIFICANT

# Two tests look for memorizing: each may be wrong once in 200 times.
MEMORIZED = 0.005


def is_memorized(figures: dict) -> bool:
    """Whether one of the tests of memorizing found something."""
    return any(figures[name].get("p", 1) < MEMORIZED for name in ("copies", "closest_is_training") if name in figures)
