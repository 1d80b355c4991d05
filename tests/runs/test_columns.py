from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from utils.runs.columns import Group, columns, figure_rows, grouped, setting_rows
from utils.runs.finished import FinishedRun

LOSS = "loss of a held-out point (nats)"


def a_run(
    folder: str, data: str = "abc", loss: float = 20.0, figures: dict[str, Any] | None = None, **settings: Any
) -> FinishedRun:
    metrics = {"heldout_reconstruction": loss - 3, "heldout_kl": 3.0, "active_units": 4, "n_generated": 5000, "p": 0.5}
    names = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl", "beta")
    history = {name: np.full(4, loss) for name in names} | {"epoch": np.arange(1.0, 5)}
    known = {"model": "vanilla", "seed": 1, "epochs": 4, "result_path": folder} | settings
    return FinishedRun(Path(folder), known, history, metrics | (figures or {}), Image.new("RGB", (9, 9)), None, data)


def share(value: float) -> dict[str, Any]:
    return {"off_support": {"value": value, "floor": 0.01}}


def test_runs_that_differ_in_their_seed_only_are_one_column_whatever_folder_they_are_in():
    groups = grouped([a_run("a"), a_run("b", seed=2), a_run("c", learning_rate=0.1), a_run("d", seed=3)])

    assert [[str(run.folder) for run in group.runs] for group in groups] == [["a", "b", "d"], ["c"]]
    assert [group.name for group in groups] == ["A: 3 seeds of vanilla", "B: vanilla"]


def test_runs_on_other_data_are_columns_of_their_own_and_no_difference_is_judged():
    groups = grouped([a_run("a", figures=share(0.01)), a_run("b", data="def", data_path="there", figures=share(0.9))])

    assert setting_rows(groups) == {"data": [" (abc)", "there (def)"]}
    assert "off the data's support (real: 1.0%)" in figure_rows(groups)


def test_models_name_their_columns_and_a_folder_that_is_given_twice_counts_once():
    groups = grouped([a_run("a"), a_run("b", model="attention"), a_run("./a")])

    assert [(group.name, len(group.runs)) for group in groups] == [("vanilla", 1), ("attention", 1)]
    assert setting_rows(groups) == {}


def test_only_settings_that_differ_are_shown_and_one_that_was_not_there_says_so():
    groups = grouped([a_run("a", epochs=4, beta_max=1.0, keep_runs=1), a_run("b", epochs=9, keep_runs=2, seed=5)])

    assert setting_rows(groups) == {"epochs": ["4", "9"], "beta_max": ["1.0", "(not known then)"], "seed": ["1", "5"]}


def test_several_seeds_have_their_mean_and_the_standard_deviation_over_them():
    runs = [a_run("a", loss=20.0), a_run("b", seed=2, loss=21.0), a_run("c", seed=3, loss=22.0)]

    (group,) = grouped(runs)

    assert figure_rows([group])[LOSS] == ["21.00 ± 1.00"]
    (column,) = columns([group]).values()
    assert column.history["train_kl"].tolist() == [21.0] * 4
    assert len(column.seeds) == 3


@pytest.mark.parametrize(("value", "mark"), [(0.012, "≈"), (0.05, "≠")])
def test_shares_of_points_differ_when_chance_would_not_make_them(value: float, mark: str):
    groups = grouped([a_run("a", figures=share(0.01)), a_run("b", epochs=9, figures=share(value))])

    assert f"off the data's support (real: 1.0%)  {mark}" in figure_rows(groups)


def test_the_errors_of_figures_are_used_where_they_have_some():
    def auc(value: float) -> dict[str, Any]:
        return {"c2st_auc": {"value": value, "floor": 0.5, "standard_error": 0.02}}

    def name(*values: float) -> str:
        groups = grouped([a_run(str(i), epochs=i, figures=auc(value)) for i, value in enumerate(values)])
        return next(name for name in figure_rows(groups) if name.startswith("classifier"))

    assert name(0.52, 0.55).endswith("≈")
    assert name(0.52, 0.62).endswith("≠")


def test_a_loss_is_judged_by_the_spread_over_seeds_and_not_without():
    spread = [a_run("a", loss=20.0), a_run("b", seed=2, loss=20.2), a_run("c", seed=3, loss=20.1)]

    assert LOSS in figure_rows(grouped([spread[0], a_run("d", epochs=9, loss=25)]))
    assert f"{LOSS}  ≠" in figure_rows(grouped([*spread, a_run("d", epochs=9, loss=25)]))
    assert f"{LOSS}  ≈" in figure_rows(grouped([*spread, a_run("d", epochs=9, loss=20.3)]))


def test_the_tests_verdicts_are_counted():
    def row(*ps: float | None) -> str:
        return figure_rows([Group("", [a_run(str(p), figures={"p": p}) for p in ps])])[
            "told from held-out data (p < 0.05)"
        ][0]

    assert [row(0.5), row(0.01), row(None), row(0.01, 0.5, 0.01)] == ["no", "yes", "too few points", "2 of 3"]


def test_a_figure_that_one_run_does_not_have_is_left_empty_there():
    groups = grouped([a_run("a", figures=share(0.02)), a_run("b", epochs=9)])

    assert figure_rows(groups)["off the data's support (real: 1.0%)"] == ["2.0% ± 0.2%", ""]


def test_figures_of_which_nothing_is_known_are_shown_under_their_key():
    groups = grouped([a_run("a", figures={"new_figure": {"value": 0.5, "floor": 0.25}}), a_run("b", epochs=9)])

    assert figure_rows(groups)["new figure (real: 0.2500)"] == ["0.5000", ""]
