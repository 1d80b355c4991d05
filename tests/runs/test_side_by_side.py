"""Runs side by side: the groups that share a column, their names, their figures and their picture."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from scipy import stats

from utils.runs.run import CURVES, Run
from utils.runs.side_by_side import figure_rows, grouped, p_of_difference, plot_side_by_side, setting_rows, table

LOSS = "loss of a held-out point (nats)"
OFF_SUPPORT = "points off the shape (off-support) (real: 1.0%)"


def a_run(
    folder: str, loss: float = 20.0, off: float | None = None, p: float | None = 0.5, data: str = "abc", **settings: Any
) -> Run:
    known = {"model": "vanilla", "seed": 1, "epochs": 4, "result_path": folder, "num_workers": 0} | settings
    metrics = {"heldout_reconstruction": loss, "heldout_kl": 0, "p": p, "fingerprint": data}
    figures = {} if off is None else {"off_support": {"value": off, "floor": 0.01}}
    return Run(Path(folder), settings=known, metrics=metrics | figures)


def names(*runs: Run) -> list[str]:
    return list(grouped(runs))


def figures(*runs: Run) -> dict[str, list[str]]:
    return figure_rows(grouped(runs).values())


def test_runs_that_differ_in_their_seed_only_are_one_column_whatever_folder_they_are_in():
    groups = grouped([a_run("a"), a_run("b", seed=2), a_run("c", epochs=9), a_run("d", seed=3), a_run("./a")])

    folders = {name: [str(run.folder) for run in group] for name, group in groups.items()}
    assert folders == {"epochs=4 (3 seeds)": ["a", "b", "d"], "epochs=9": ["c"]}
    assert names(a_run("a"), a_run("b", num_workers=4), a_run("c", seed=2)) == ["a (2 seeds)", "b"]


def test_columns_are_named_after_the_model_or_the_settings_that_tell_them_apart():
    assert names(a_run("a"), a_run("b", model="attention")) == ["vanilla", "attention"]
    assert names(a_run("a"), a_run("b", seed=2)) == ["vanilla (2 seeds)"]
    longer = a_run("b", annealing="monotonic", epochs=9)
    assert names(a_run("a", annealing="monotonic"), longer) == ["epochs=4", "epochs=9"]
    longer.settings["epochs"] = 4
    assert names(a_run("a"), longer) == ["annealing=not known then", "annealing=monotonic"]


def test_runs_on_other_data_are_columns_of_their_own_and_no_difference_is_judged():
    runs = [a_run("a", off=0.01), a_run("b", seed=2, off=0.9, data="def", data_path="there")]

    assert setting_rows(grouped(runs).values())["data"] == ["None (abc)", "there (def)"]
    assert OFF_SUPPORT in figures(*runs)


def test_only_settings_that_differ_are_shown_and_one_that_was_not_there_says_so():
    groups = grouped([a_run("a", beta_max=1.0, keep_runs=1), a_run("b", epochs=9, keep_runs=2, seed=5)])

    rows = {"epochs": ["4", "9"], "beta_max": ["1.0", "not known then"], "seed": ["1", "5"]}
    assert setting_rows(groups.values()) == rows


def test_a_difference_is_judged_by_the_spread_over_seeds_and_not_without():
    seeds = [a_run("a", 20.0), a_run("b", 20.2, seed=2), a_run("c", 20.1, seed=3)]

    assert figures(*seeds)[LOSS] == ["20.10 ± 0.10"]
    assert LOSS in figures(seeds[0], a_run("d", 25, epochs=9))
    assert f"{LOSS}  ≠" in figures(*seeds, a_run("d", 25, epochs=9))
    assert f"{LOSS}  ≈" in figures(*seeds, a_run("d", 20.3, epochs=9))


def test_a_figure_that_one_run_does_not_have_is_left_empty_there_and_verdicts_are_counted():
    rows = figures(a_run("a", off=0.02, p=0.01), a_run("b", epochs=9), a_run("c", epochs=5, p=None))

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


def a_pictured_run(number: int, seed: int = 1, data: str = "abc", size: tuple[int, int] = (50, 30)) -> Run:
    return Run(
        Path(f"{number} {seed}"),
        settings={"model": "vanilla", "epochs": number, "seed": seed},
        history=dict.fromkeys(CURVES, np.full(9, float(number + seed))) | {"epoch": np.arange(1, 10)},
        metrics={"heldout_reconstruction": number, "heldout_kl": 0, "p": 0.5, "fingerprint": data},
        painted=Image.new("RGB", size, (number, seed, 0)),
        original=Image.new("RGB", size, (0, 0, 255)),
    )


def pictures(figure: Figure) -> dict[str, list[int]]:
    """The color of each picture, by its title."""
    return {axes.get_title(): axes.images[0].get_array()[0, 0].tolist() for axes in figure.axes if axes.images}


@pytest.mark.parametrize("n", [1, 3])
def test_each_group_has_a_column_of_curves_a_picture_and_figures(n: int):
    runs = [a_pictured_run(number, seed) for number in range(1, n + 1) for seed in (1, 3)]
    groups = grouped(runs)

    figure = plot_side_by_side(groups)

    curves = [axes for axes in figure.axes if axes.get_title() in groups and not axes.images]
    assert [axes.get_title() for axes in curves] == list(groups)
    for number, axes in enumerate(curves, 1):
        drawn = [line.get_ydata()[0] for line in axes.get_lines()]
        # Reconstruction and total, first of the mean; then the totals of both seeds.
        assert drawn == [2 * (number + 2)] * 2 + [number + 2] * 2 + [2 * (number + 1), 2 * (number + 3)]
        # The columns share their scale: no column's curves are cut off by those of another.
        assert axes.get_ylim()[0] < 2
        assert axes.get_ylim()[1] > 2 * (n + 3)
    assert pictures(figure) == {"data": [0, 0, 255]} | {name: [i, 1, 0] for i, name in enumerate(groups, 1)}

    assert any(text.get_text().startswith(table(groups)) for part in figure.subfigs for text in part.texts)


def test_the_table_has_a_column_for_each_group_and_a_row_for_each_difference_and_figure():
    lines = table(grouped([a_run("a", 20.0), a_run("b", 21.0, seed=2), a_run("c", 22.0, epochs=9)])).splitlines()

    rows = [re.split("  +", line) for line in lines]
    assert rows[:4] == [
        ["", "epochs=4 (2 seeds)", "epochs=9"],
        ["epochs", "4", "9"],
        ["seed", "1, 2", "1"],
        [f"{LOSS}", "≈", "20.50 ± 0.71", "22.00"],
    ]


def test_runs_on_other_data_have_pictures_of_their_own_data():
    groups = grouped([a_pictured_run(1), a_pictured_run(2, data="def", size=(9, 90))])

    figure = plot_side_by_side(groups)

    assert list(pictures(figure)) == [*(f"data of {name}" for name in groups), *groups]


def test_a_run_that_kept_no_picture_of_its_data_is_shown_without():
    run = a_pictured_run(1)
    run.original = None

    assert list(pictures(plot_side_by_side(grouped([run])))) == ["vanilla"]
