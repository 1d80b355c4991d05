"""The result of an evaluation in words: a sentence, its reservation, and a table."""

import dataclasses

import pytest

from utils.evaluation.metrics import FIGURES, Figure
from utils.evaluation.verdict import Evaluation

GOOD = Evaluation(
    n_generated=5000,
    n_held_out=500,
    n_compared=1484,
    figures={
        "copies": Figure(0.031, 0.03, 0.5),
        "closest_is_training": Figure(0.905, 0.9, 0.5),
        "c2st_auc": Figure(0.51, 0.5, 0.5, error=0.021, detectable=0.574),
        "energy_distance": Figure(0.009, 0.008, 0.5),
        "density_trends": Figure(1.2, 1, 0.5),
        "density_regions": Figure(1.1, 1, 0.5),
        "density_details": Figure(0.9, 1, 0.5),
        "off_support": Figure(0.011, 0.007, 0.5),
        "off_colors": Figure(0.016, 0.01, 0.5),
    },
)


def with_p(p: float, *keys: str) -> Evaluation:
    """The good evaluation with another p-value of the figures `keys`."""
    changed = {key: GOOD.figures[key]._replace(p=p) for key in keys}
    return dataclasses.replace(GOOD, figures=GOOD.figures | changed)


def test_points_like_the_data_are_said_to_be_with_a_reservation():
    assert GOOD.verdict == "the generated points look like the data: no test found a difference"
    assert GOOD.conclusion.endswith("no test found a difference. 1.1% lie off the shape; of real points, 0.7%.")
    assert (GOOD.p, GOOD.is_refused, GOOD.is_memorized) == (0.5, False, False)


@pytest.mark.parametrize("key", [key for key, row in FIGURES.items() if row.differs])
def test_each_test_that_decides_refuses_with_its_own_reason_and_p(key: str):
    found, figure, row = with_p(0.012, key), GOOD.figures[key], FIGURES[key]

    reason = row.differs.format(value=row.text(figure.value))
    compared = f"real points: {row.text(figure.real)}; p = 0.012"
    assert found.verdict == f"the generated points differ from the data: {reason} ({compared})"
    assert found.is_refused
    assert found.conclusion.endswith(f"{compared}).")
    # Of several, all are given.
    assert reason in with_p(0.012, *(key for key, row in FIGURES.items() if row.differs)).verdict


@pytest.mark.parametrize("key", ["copies", "closest_is_training"])
def test_memorization_is_named_below_its_own_level_and_refuses_nothing(key: str):
    assert not with_p(0.006, key).is_memorized
    found, row, figure = with_p(0.004, key), FIGURES[key], GOOD.figures[key]

    reason = f"{row.text(figure.value)} of the points are"
    assert f"; points are memorized: {reason}" in found.verdict
    assert f"(real points: {row.text(figure.real)}; p = 0.004)" in found.verdict
    assert found.is_memorized
    assert not found.is_refused


def test_too_few_points_or_few_that_can_be_compared_get_no_verdict():
    found = Evaluation(10, 400, figures={"copies": Figure(0, 0)})

    assert found.verdict == "too few points for a verdict (10 generated, 400 held out)"
    assert (found.p, found.power, found.metrics["p"]) == (None, "", None)
    found = Evaluation(5000, 500, n_compared=3, figures={"copies": Figure(0.99, 0, 0.004)})
    assert found.verdict == (
        "no verdict on the distribution: only 3 of 5,000 generated points can be compared with held-out data; points "
        "are memorized: 99.0% of the points are copies of training points (real points: 0.0%; p = 0.004)"
    )


def test_the_number_compared_comes_with_its_reason_if_it_is_smaller():
    assert GOOD.power == (
        "Compared: 1,484 generated points of 5,000 (those that share a pixel are left out, because the data hold no "
        "pixel twice) with 500 held-out ones. With so many, the classifier finds an AUC of 0.57 or more 4 times in 5."
    )
    assert "left out" not in dataclasses.replace(GOOD, n_compared=5000).power


def test_the_table_has_a_row_for_each_figure_and_fits_the_terminal():
    lines = GOOD.table.splitlines()

    assert [line[:48].strip() for line in lines[1:]] == [FIGURES[key].label for key in FIGURES if key in GOOD.figures]
    assert [line.split()[-3:] for line in lines if "off the shape" in line] == [["1.1%", "0.7%", "0.500"]]
    assert max(map(len, lines)) <= 80


def test_metrics_json_keeps_the_names_of_earlier_versions():
    metrics = dataclasses.replace(GOOD, model={"heldout_kl": 3.0}).metrics

    counts = {"heldout_kl": 3.0, "n_generated": 5000, "n_heldout": 500, "n_compared": 1484, "p": 0.5}
    assert counts.items() <= metrics.items()
    assert metrics["c2st_auc"] == {"value": 0.51, "floor": 0.5, "p": 0.5, "standard_error": 0.021, "detectable": 0.574}
    assert metrics["verdict"] == GOOD.verdict
