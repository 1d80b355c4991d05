"""Runs side by side: the groups that share a column, their names, their figures and their pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from utils.runs.run import CURVES, Run
from utils.runs.side_by_side import figure_rows, grouped, plot_side_by_side, setting_rows, table

LOSS = "loss of a held-out point (nats)"


def a_run(
    folder: str, loss: float = 20.0, off: float | None = None, p: float | None = 0.5, data: str = "abc", **settings: Any
) -> Run:
    """A run of other settings and other figures, whose picture is red and that of its data blue."""
    known = {"model": "vanilla", "seed": 1, "epochs": 4, "result_path": folder, "num_workers": 0} | settings
    metrics = {"heldout_reconstruction": loss, "heldout_kl": 0, "p": p, "fingerprint": data}
    figures = {} if off is None else {"off_support": {"value": off, "real": 0.01}}
    history = dict.fromkeys(CURVES, np.full(9, loss)) | {"epoch": np.arange(1, 10)}
    painted, original = (Image.new("RGB", (50, 30), color) for color in ("red", "blue"))
    run = Run(Path(folder))
    # In place of its files.
    parts = {"settings": known, "metrics": metrics | figures, "history": history}
    vars(run).update(parts | {"painted": painted, "original": original})
    return run


def names(*runs: Run) -> list[str]:
    return list(grouped(runs))


def figures(*runs: Run) -> dict[str, list[str]]:
    return figure_rows(grouped(runs).values())


def test_runs_that_differ_only_in_their_seed_are_one_column_whatever_folder_they_are_in():
    groups = grouped([a_run("a"), a_run("b", seed=2), a_run("c", epochs=9), a_run("d", seed=3), a_run("./a")])

    folders = {name: [str(run.folder) for run in group] for name, group in groups.items()}
    assert folders == {"epochs=4 (3 seeds)": ["a", "b", "d"], "epochs=9": ["c"]}
    assert names(a_run("a"), a_run("b", num_workers=4), a_run("c", seed=2)) == ["a (2 seeds)", "b"]


def test_columns_are_named_after_the_model_or_the_settings_that_tell_them_apart():
    assert names(a_run("a"), a_run("b", model="attention")) == ["vanilla", "attention"]
    assert names(a_run("a"), a_run("b", seed=2)) == ["vanilla (2 seeds)"]
    longer = a_run("b", annealing="monotonic", epochs=9)
    assert names(a_run("a", annealing="monotonic"), longer) == ["epochs=4", "epochs=9"]
    assert names(a_run("a"), a_run("b", beta_max=2.0)) == ["beta_max=not known then", "beta_max=2.0"]


def test_only_settings_that_differ_are_shown_and_data_by_their_folder_and_fingerprint():
    groups = grouped([a_run("a", beta_max=1.0, keep_runs=1, n_generate=9), a_run("b", epochs=9, seed=5, n_generate=99)])
    others = grouped([a_run("a"), a_run("b", seed=2, data="def", data_path="there")])

    rows = {"epochs": ["4", "9"], "beta_max": ["1.0", "not known then"], "n_generate": ["9", "99"], "seed": ["1", "5"]}
    assert setting_rows(groups.values()) == rows
    assert setting_rows(others.values())["data"] == ["None (abc)", "there (def)"]


def test_figures_are_means_over_seeds_with_their_spread_and_verdicts_are_counted():
    rows = figures(a_run("a", 20.0, off=0.02, p=0.01), a_run("b", 20.2, seed=2), a_run("c", epochs=5, p=None))

    assert rows[LOSS] == ["20.10 ± 0.14", "20.00"]
    assert rows["points off the shape (off-support) (real: 1.0%)"] == ["2.0%", ""]
    assert rows["refused by the tests (p < 0.05)"] == ["1 of 2", "too few points"]


def pictures(figure: Figure) -> dict[str, list[int]]:
    """The color of each picture, by its title."""
    return {axes.get_title(): axes.images[0].get_array()[0, 0].tolist() for axes in figure.axes if axes.images}


@pytest.mark.parametrize("n", [1, 3])
def test_each_group_has_a_column_of_curves_a_picture_and_figures(n: int):
    groups = grouped([a_run(f"{i} {seed}", i + seed, epochs=i, seed=seed) for i in range(1, n + 1) for seed in (1, 3)])

    figure = plot_side_by_side(groups)

    columns = [axes for axes in figure.axes if axes.get_title() in groups and not axes.images]
    assert [axes.get_title() for axes in columns] == list(groups)
    for i, axes in enumerate(columns, 1):
        drawn = {line.get_ydata()[0] for line in axes.get_lines()}
        # Reconstruction and total of both seeds.
        assert drawn == {i + 1, i + 3, 2 * (i + 1), 2 * (i + 3)}
        # The columns share their scale: no column's curves are cut off by those of another.
        assert axes.get_ylim()[0] < 2
        assert axes.get_ylim()[1] > 2 * (n + 3)
    assert pictures(figure) == {"data": [0, 0, 255]} | {name: [255, 0, 0] for name in groups}
    assert any(text.get_text().startswith(table(groups)) for part in figure.subfigs for text in part.texts)


def test_runs_have_pictures_of_their_own_data_if_they_kept_them():
    runs = [a_run("a"), a_run("b", data="def"), a_run("c", data="ghi")]
    vars(runs[2])["original"] = None

    *originals, _, _, _ = pictures(plot_side_by_side(groups := grouped(runs)))

    assert originals == [f"data of {name}" for name in groups][:2]
