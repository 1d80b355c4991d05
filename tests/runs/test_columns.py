"""Runs of the same settings share a column, which is named after what differs."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from utils.evaluation.figures import Figure
from utils.runs.columns import columns, figure_rows, grouped, p_of_difference, setting_rows
from utils.runs.finished import CURVES, FinishedRun

LOSS = "loss of a held-out point (nats)"
OFF_SUPPORT = "points off the shape (off-support) (real: 1.0%)"


def a_run(
    folder: str, loss: float = 20.0, off: float | None = None, p: float | None = 0.5, data: str = "abc", **settings: Any
) -> FinishedRun:
    known = {"model": "vanilla", "seed": 1, "epochs": 4, "result_path": folder, "num_workers": 0} | settings
    figures = {"heldout_loss": Figure(loss, math.nan)} | ({} if off is None else {"off_support": Figure(off, 0.01)})
    history = {name: np.full(4, loss) for name in CURVES} | {"epoch": np.arange(1.0, 5)}
    return FinishedRun(Path(folder), known, history, figures, p, data, Image.new("RGB", (9, 9)), None)


def names(*runs: FinishedRun) -> list[str]:
    return [group.name for group in grouped(runs)]


def test_runs_that_differ_in_their_seed_only_are_one_column_whatever_folder_they_are_in():
    groups = grouped([a_run("a"), a_run("b", seed=2), a_run("c", epochs=9), a_run("d", seed=3), a_run("./a")])

    assert [[str(run.folder) for run in group.runs] for group in groups] == [["a", "b", "d"], ["c"]]
    assert [group.name for group in groups] == ["epochs=4 (3 seeds)", "epochs=9"]


def test_a_seed_that_is_repeated_is_no_further_seed():
    assert names(a_run("a"), a_run("b", num_workers=4), a_run("c", seed=2)) == ["a (2 seeds)", "b"]


def test_columns_are_named_after_the_model_or_the_settings_that_tell_them_apart():
    assert names(a_run("a"), a_run("b", model="attention")) == ["vanilla", "attention"]
    assert names(a_run("a"), a_run("b", seed=2)) == ["vanilla (2 seeds)"]
    longer = a_run("b", annealing="monotonic", epochs=9)
    assert names(a_run("a", annealing="monotonic"), longer) == ["epochs=4", "epochs=9"]
    assert names(a_run("a"), longer._replace(settings=longer.settings | {"epochs": 4})) == [
        "annealing=not known then",
        "annealing=monotonic",
    ]


def test_runs_on_other_data_are_columns_of_their_own_and_no_difference_is_judged():
    groups = grouped([a_run("a", off=0.01), a_run("b", seed=2, off=0.9, data="def", data_path="there")])

    assert setting_rows(groups)["data"] == ["None (abc)", "there (def)"]
    assert OFF_SUPPORT in figure_rows(groups)


def test_data_of_runs_without_a_fingerprint_are_known_by_their_folder():
    old = a_run("a")._replace(fingerprint=None)

    assert old.has_same_data(a_run("b"))
    assert not old.has_same_data(a_run("b", data_path="there"))


def test_only_settings_that_differ_are_shown_and_one_that_was_not_there_says_so():
    groups = grouped([a_run("a", beta_max=1.0, keep_runs=1), a_run("b", epochs=9, keep_runs=2, seed=5)])

    assert setting_rows(groups) == {"epochs": ["4", "9"], "beta_max": ["1.0", "not known then"], "seed": ["1", "5"]}


def test_several_seeds_have_their_mean_and_the_standard_deviation_over_them():
    groups = grouped([a_run("a", 20.0), a_run("b", 21.0, seed=2), a_run("c", 22.0, seed=3)])

    assert figure_rows(groups)[LOSS] == ["21.00 ± 1.00"]
    (column,) = columns(groups).values()
    assert column.history["train_kl"].tolist() == [21.0] * 4
    assert len(column.seeds) == 3


def test_a_difference_is_judged_by_the_spread_over_seeds_and_not_without():
    seeds = [a_run("a", 20.0), a_run("b", 20.2, seed=2), a_run("c", 20.1, seed=3)]

    assert LOSS in figure_rows(grouped([seeds[0], a_run("d", 25, epochs=9)]))
    assert f"{LOSS}  ≠" in figure_rows(grouped([*seeds, a_run("d", 25, epochs=9)]))
    assert f"{LOSS}  ≈" in figure_rows(grouped([*seeds, a_run("d", 20.3, epochs=9)]))


def test_a_figure_that_one_run_does_not_have_is_left_empty_there_and_verdicts_are_counted():
    rows = figure_rows(grouped([a_run("a", off=0.02, p=0.01), a_run("b", epochs=9), a_run("c", epochs=5, p=None)]))

    assert rows[OFF_SUPPORT] == ["2.0%", "", ""]
    assert rows["refused by the tests (p < 0.05)"] == ["1 of 1", "0 of 1", "too few points"]


@pytest.mark.parametrize("sizes", [(2, 2), (3, 8), (1, 5)])
def test_the_difference_of_two_samples_is_tested_by_students_t(rng: np.random.Generator, sizes: tuple[int, int]):
    one, other = rng.normal(0, 1, sizes[0]), rng.normal(0.5, 1, sizes[1])

    assert p_of_difference([one, other]) == pytest.approx(stats.ttest_ind(one, other).pvalue, rel=1e-3)


def test_of_several_samples_the_most_different_pair_pays_for_the_number_of_pairs(rng: np.random.Generator):
    samples = rng.normal(0, 1, (300, 4, 5))

    assert np.mean([p_of_difference(sample) < 0.05 for sample in samples]) < 0.08
    assert p_of_difference([*samples[0], [30.0, 31.0]]) < 1e-6
    assert p_of_difference([[1.0, 1.0], [1.0, 1.0]]) == 1
