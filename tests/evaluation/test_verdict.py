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
LONG = {"n_shown": 450_000}


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
    ("keys", "excess", "answer", "largest"),
    [
        ([], 0, "Yes: none", ""),
        (["off_colors"], 0.006, "Nearly: 1", "the largest: 50.6% of"),
        (["c2st_auc", "off_colors"], 0.09, "No: 2", "the largest: 59.0% of"),
        (DECIDING[::-1], 0.42, "No: 7", "the largest: 92.0% of"),
    ],
)
def test_a_verdict_begins_with_its_size_and_names_the_two_largest_differences(
    keys: list[str], excess: float, answer: str, largest: str
):
    verdict = with_p(LOWEST, *keys, excess=excess).verdict

    assert verdict.startswith(f"{answer} of 7 tests found a difference from the data")
    assert largest in verdict
    assert verdict.count("real points") == min(2, len(keys))


@pytest.mark.parametrize(
    ("evaluation", "words"),
    [
        (with_p(0.01, "off_colors", model=LONG), "colors have not settled"),
        (with_p(0.01, "off_support", "density_trends", model=LONG), "places have not settled"),
        (with_p(0.01, "off_support", "off_colors", model=LONG), ""),
        (with_p(0.01, "off_colors", model={"n_shown": 135_000}), "The run is young: it was shown 135,000 points"),
        (with_p(0.01, "off_colors"), ""),
        (dataclasses.replace(GOOD, model={"n_shown": 1000}), ""),
    ],
)
def test_what_helps_follows_from_how_long_was_trained_and_which_tests_refuse(evaluation: Evaluation, words: str):
    assert words in evaluation.conclusion
    assert ("likely to help" in evaluation.conclusion) == bool(words)


def test_the_numbers_compared_are_said_and_a_collapse_is_refused():
    assert all(part in GOOD.power for part in ("1,484 generated", "420 real ones", "0.57"))
    few, collapsed = Evaluation(n_compared=3, n_real=2), Evaluation(n_compared=30, n_real=400, n_pixels=40)

    assert (few.p, few.power, few.is_refused, collapsed.is_refused) == (None, "", False, True)
    assert all(part in few.conclusion for part in ("No verdict", "3 generated and 2 held-out", "hold more out"))
    assert "40 pixels only" in collapsed.conclusion


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
