"""Runs side by side: the groups that share a column, their names, figures and pictures; and python -m utils.runs."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from quick import Finished
from runs.history import a_history

from utils.runs.__main__ import main
from utils.runs.run import Run
from utils.runs.side_by_side import grouped, plot_side_by_side, table
from utils.settings.config import Config
from utils.system.errors import InputError


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def a_run(
    folder: str, loss: float = 20.0, off: float | None = None, p: float | None = 0.5, data: str = "abc", **settings: Any
) -> Run:
    """A run of other settings and other figures, whose picture is red and that of its data blue."""
    run = Run(folder)
    run.folder.mkdir(exist_ok=True)
    for name, color in (("generated", "red"), ("data", "blue")):
        Image.new("RGB", (50, 30), color).save(run.folder / f"{name}.png")
    metrics = {"heldout_reconstruction": loss, "heldout_kl": 0, "active_units": 2, "p": p, "fingerprint": data}
    figures = {} if off is None else {"off_support": {"value": off, "real": 0.01}}
    # In place of its other files.
    vars(run).update(config=Config(**settings), metrics=metrics | figures, history=a_history(9, start=loss / 7))
    return run


def test_runs_that_differ_only_in_their_seed_are_one_column_whatever_folder_they_are_in():
    groups = grouped([a_run("a"), a_run("b", seed=2), a_run("c", epochs=9), a_run("d", seed=3), a_run("./a")])

    folders = {name: [str(run.folder) for run in group] for name, group in groups.items()}
    assert folders == {"1: epochs=100 (seed 10, 2, 3)": ["a", "b", "d"], "2: epochs=9 (seed 10)": ["c"]}
    # One that repeats a seed is no further seed.
    groups = grouped([a_run("a"), a_run("b", num_workers=4), a_run("c", seed=2)])
    assert list(groups) == ["1: a (seed 10, 2)", "2: b (seed 10)"]


def test_columns_are_named_after_all_that_differs_and_data_by_folder_and_fingerprint():
    other = a_run("b", data="def", data_path="there", n_generate=99, seed=2)

    ours = f"1: n_generate=5000, data={Config.data_path} (abc) (seed 10)"
    theirs = "2: n_generate=99, data=there (def) (seed 2)"
    assert list(grouped([a_run("a", keep_runs=1), other])) == [ours, theirs]


def test_figures_are_means_over_seeds_with_their_spread_and_verdicts_are_counted():
    groups = grouped([a_run("a", 20.0, off=0.02, p=0.01), a_run("b", 20.2, seed=2), a_run("c", epochs=5, p=None)])

    rows = [re.split(" {2,}", line) for line in table(groups).splitlines()]

    assert rows[0] == ["", "1", "2"]
    assert ["loss of a held-out point (nats)", "20.10 ± 0.14", "20.00"] in rows
    assert ["points off the shape (off-support) (real: 1.0%)", "2.0%"] in rows
    assert rows[-1] == ["refused by the tests (p < 0.05)", "1 of 2", "too few points"]


def test_each_group_has_a_column_of_curves_a_picture_and_figures():
    groups = grouped([a_run(f"{i} {seed}", 9 * i + seed, epochs=i, seed=seed) for i in (1, 2, 3) for seed in (1, 3)])

    figure = plot_side_by_side(groups)

    columns = [axes for axes in figure.axes if axes.get_title() in groups and not axes.images]
    first = {name: {run.history["train_reconstruction"][0] for run in group} for name, group in groups.items()}
    for axes, (name, own) in zip(columns, first.items(), strict=True):
        assert axes.get_title() == name
        assert {line.get_ydata()[0] for line in axes.get_lines()} & set.union(*first.values()) == own
    pictures = [(axes.get_title(), axes.images[0].get_array()[0, 0].tolist()) for axes in figure.axes if axes.images]
    assert pictures == [(f"data: {Config.data_path}", [0, 0, 255]), *((name, [255, 0, 0]) for name in groups)]
    assert any(text.get_text().startswith(table(groups)) for part in figure.subfigs for text in part.texts)


def test_each_data_set_has_a_picture():
    runs = [a_run("a"), a_run("b", data="def", data_path="there"), a_run("c", seed=2)]

    titles = [axes.get_title() for axes in plot_side_by_side(grouped(runs)).axes if axes.images]

    assert titles[:2] == [f"data: {Config.data_path}", "data: there"]
    assert len(titles) == 4


def test_runs_are_printed_and_drawn_side_by_side(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    runs, picture = [finished.result / name for name in ("attention", "vanilla")], tmp_path / "compare.png"

    main([*map(str, runs), "--out", str(picture)])

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{i}: model={run.name} (seed 10): {run}" for i, run in enumerate(runs, 1)]
    assert Image.open(picture).width >= 900


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # That of a run that was interrupted.
        ("metrics.json", None),
        ("metrics.json", '{"of another version": 1}'),
        ("config.yaml", "of_another_version: 1"),
        ("generated.png", "no picture"),
    ],
)
def test_what_is_no_finished_run_of_this_version_is_left_out_with_a_line(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | None
):
    copy = finished.copied(tmp_path / "result") / "vanilla"
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_text(content)

    with pytest.raises(InputError, match="two or more"):
        main([str(finished.result / "attention"), str(copy), "--out", str(tmp_path / "compare.png")])

    assert capsys.readouterr().out.startswith(f"left out: {copy}: ")
    assert not (tmp_path / "compare.png").exists()
