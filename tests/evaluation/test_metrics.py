"""One table of figures: what is shown, written and decided follows from its rows."""

import json

import numpy as np
import pytest

from utils.evaluation.evaluate import evaluate
from utils.evaluation.metrics import FIGURES, Figure, Metric, in_order, share_of_copies

Split = tuple[np.ndarray, np.ndarray, np.ndarray]


def brightness(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Figure:
    return Figure(generated[:, 2:].mean(), real=held_out[:, 2:].mean(), p=0.001)


@pytest.mark.parametrize(("differs", "is_refused"), [("their brightness is {value}", True), ("", False)])
def test_a_new_metric_is_a_function_and_a_row_and_decides_if_the_row_says_why(
    sets: Split, monkeypatch: pytest.MonkeyPatch, differs: str, is_refused: bool
):
    fresh = sets[2]
    monkeypatch.setitem(FIGURES, "brightness", Metric("brightness", "How bright.", ".0f", differs, measure=brightness))

    found = evaluate(fresh, *sets[:2])

    # Its p is corrected for the three families beside it, if it decides.
    assert found.metrics["brightness"]["p"] == pytest.approx(0.004 if is_refused else 0.003)
    assert found.is_refused == is_refused
    assert (f"their brightness is {fresh[:, 2:].mean():.0f}" in found.verdict) == is_refused
    assert f"\nbrightness {fresh[:, 2:].mean():>47.0f}" in found.table


def test_a_figure_is_read_as_it_was_written_and_anything_else_is_none():
    figure = Figure(0.5, real=0.4, p=0.1, error=0.02)

    assert figure.to_json() == {"value": 0.5, "floor": 0.4, "p": 0.1, "standard_error": 0.02}
    assert Figure.from_json(json.loads(json.dumps(figure.to_json()))) == figure
    assert [Figure.from_json(content) for content in (0.5, None, {"x": {"value": 1}})] == [None] * 3


def test_figures_of_other_versions_come_last_under_their_keys():
    rows = in_order(["of_another_version", "copies", "c2st_auc"])

    assert [key for key, _ in rows] == ["c2st_auc", "copies", "of_another_version"]
    assert rows[-1][1].label == "of another version"


def test_the_share_of_copies_is_that_of_points_in_the_training_set(rng: np.random.Generator):
    train = rng.permutation(1000)[:, None].repeat(5, 1)
    generated = np.vstack([train[:10], train[:30] + 5000])

    assert share_of_copies(generated, train, held_out=train[5:15]) == (0.25, 1.0, None, None, None)
