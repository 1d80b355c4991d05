"""The result of an evaluation in words: its size, its reasons, and a table. Each row of METRICS keeps one contract."""

import dataclasses
import json

import numpy as np
import pytest

from utils.evaluation.evaluate import evaluate
from utils.evaluation.metrics import METRICS, Measured, Metric
from utils.evaluation.verdict import Evaluation

DECIDING = [key for key, row in METRICS.items() if row.differs]
LOWEST = 3 / 241
GOOD = Evaluation({key: Measured(0.5, 0.5, p=0.5) for key in METRICS}, n_compared=1484, n_real=420)
GOOD.measured["c2st_auc"] = Measured(0.51, 0.5, 0.5, error=0.021, detectable=0.574)
SHORT, LONG = {"n_shown": 135_000}, {"n_shown": 450_000}


def with_p(p: float, *keys: str, excess: float = 0.05, **changes: object) -> Evaluation:
    """The good evaluation with other p-values of `keys`, whose values exceed those of real points."""
    measured = {key: GOOD.measured[key]._replace(value=0.5 + excess, p=p) for key in keys}
    return dataclasses.replace(GOOD, measured=GOOD.measured | measured, **changes)


@pytest.mark.parametrize("key", METRICS)
def test_each_metric_has_a_row_of_the_table_a_meaning_and_a_number_that_comes_back_from_its_file(key: str):
    row, measured = METRICS[key], GOOD.measured[key]

    line = next(line for line in GOOD.table.splitlines() if line.startswith(row.label))
    assert (len(row.label) <= 46, len(line) <= 80, row.meaning[-1]) == (True, True, ".")
    assert line.split()[-3:] == [row.text(measured.value), row.text(measured.real), "0.500"]
    assert Measured(**json.loads(json.dumps(GOOD.metrics))[key]) == measured


@pytest.mark.parametrize("key", DECIDING)
def test_each_test_that_decides_refuses_with_its_reason(key: str):
    evaluation, row = with_p(LOWEST, key), METRICS[key]

    assert (evaluation.is_refused, GOOD.is_refused) == (True, False)
    reason = f"{row.differs.format(value=row.text(0.55))} (real points: {row.text(0.5)}; p ≤ 0.012)"
    assert evaluation.verdict.endswith(f"1 of 7 tests found a difference from the data; the largest: {reason}")
    assert "p = 0.037" in with_p(0.037, key).verdict


@pytest.mark.parametrize("key", [key for key, row in METRICS.items() if row.memorized])
def test_each_test_of_memorization_has_a_level_and_a_size_of_its_own_and_refuses_nothing(key: str):
    assert with_p(0.006, key, excess=0.4).verdict == GOOD.verdict
    # Odds of 0.59 and 0.61 are 1.44 and 1.56.
    for excess, is_memorized in ((0.09, False), (0.11, True)):
        evaluation = with_p(1 / 241, key, excess=excess)

        assert evaluation.is_memorized == ("memorized" in evaluation.verdict) == is_memorized
        assert evaluation.verdict.startswith("Yes") != is_memorized
        assert METRICS[key].text(0.5 + excess) in evaluation.verdict
        assert not evaluation.is_refused


@pytest.mark.parametrize(
    ("evaluation", "beginning", "advice"),
    [
        (GOOD, "Yes: none of 7 tests found a difference from the data", ""),
        (with_p(LOWEST, "off_colors", excess=0.006), "Nearly: 1 of 7 tests", ""),
        (with_p(LOWEST, "c2st_auc", "off_colors"), "No: 2 of 7 tests", ""),
        (Evaluation(n_compared=3, n_real=2), "No verdict: only 3 generated and 2 held-out points", ""),
        (Evaluation(n_compared=30, n_real=400, n_pixels=40), "No: the generator has collapsed", ""),
        (with_p(0.01, "off_colors", model=LONG), "No: 1", "colors have not settled"),
        (with_p(0.01, "off_support", "density_trends", model=LONG), "No: 2", "places have not settled"),
        (with_p(0.01, "off_support", "off_colors", model=LONG), "No: 2", ""),
        (with_p(0.01, "off_colors", model=SHORT), "No: 1", "The run is young: it was shown 135,000 points"),
        (dataclasses.replace(GOOD, model=SHORT), "Yes", ""),
    ],
)
def test_a_conclusion_begins_with_the_size_of_what_was_found_and_says_what_helps(
    evaluation: Evaluation, beginning: str, advice: str
):
    assert evaluation.conclusion.startswith(beginning)
    assert advice in evaluation.conclusion
    assert ("likely to help" in evaluation.conclusion) == bool(advice)
    assert evaluation.is_refused == beginning.startswith(("No:", "Nearly"))


def test_the_two_largest_differences_are_named_and_the_numbers_compared():
    verdict = with_p(LOWEST, *DECIDING[::-1], excess=0.42).verdict

    assert "the largest: 92.0% of" in verdict
    assert verdict.count("real points") == 2
    assert all(part in GOOD.power for part in ("1,484 generated", "420 real ones", "0.57"))


@pytest.mark.parametrize("differs", ["their brightness is {value}", ""])
def test_a_new_metric_is_a_function_and_a_row_and_decides_if_the_row_says_why(
    sets: tuple[np.ndarray, ...], monkeypatch: pytest.MonkeyPatch, differs: str
):
    row = Metric("brightness", "How bright.", ".0f", differs, measure=lambda *sets: (sets[0].mean(), 9.0, 0.001))
    monkeypatch.setitem(METRICS, "brightness", row)

    evaluation = evaluate(sets[2], *sets[:2])

    # Its p is corrected for the three families beside it, if it decides.
    assert evaluation.metrics["brightness"]["p"] == pytest.approx(0.004 if differs else 0.003)
    assert evaluation.is_refused == bool(differs)
    assert (f"their brightness is {sets[2].mean():.0f}" in evaluation.verdict) == bool(differs)
