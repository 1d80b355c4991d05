"""README's recipes, word for word: a new file and a row each for a prior, a model, a schedule, a plot and a metric."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from quick import REPOSITORY, command_line, skip_results

import models
from main import main
from models import MODELS, PRIORS, colored_pi_generator
from utils.runs.run import read_history

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
# New files with what they hold; and rows: the file, the table in it, the import that the row needs, and the row.
FILES = dict(re.findall(r"^# ([\w/]+\.py)\n(.*?\n)\n\n# ", "\n".join(BLOCKS), re.DOTALL | re.MULTILINE))
ROWS = re.findall(r"^# ([\w/]+\.py), in (\w+)\n(from .*\n)?(.*)\n", "\n".join(BLOCKS), re.MULTILINE)
LEARNED = [
    (table, *re.findall(r'(\w+)="([\w.:]+)",', row)[0]) for _, table, _, row in ROWS if table in ("MODELS", "PRIORS")
]
# What stands before the first row of a table.
BEGINNINGS = {
    "PLOTS": "PLOTS: dict[str, Callable[[Run], Figure]] = {\n",
    "METRICS": "METRICS = {\n",
    "Config": 'if a value has the wrong type or lies outside of its bounds."""\n\n',
}


@pytest.fixture
def _new_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """README's classes among the models, and their rows in the registry."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path / "models")])
    for table, name, place in LEARNED:
        monkeypatch.setitem({"MODELS": MODELS, "PRIORS": PRIORS}[table], name, place)


@pytest.mark.usefixtures("_new_rows", "without_figures")
@pytest.mark.parametrize("row", LEARNED, ids=lambda row: row[1])
def test_a_new_model_or_prior_can_be_trained_resumed_judged_and_loaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: tuple[str, str, str]
):
    model, more = (row[1], ()) if row[0] == "MODELS" else ("vanilla", (f"prior={row[1]}", "latent_dim=3"))
    settings, out = (f"model={model}", *more), tmp_path / "result" / model

    with monkeypatch.context() as patch:
        skip_results(patch)
        main(command_line(folder, out.parent, *settings, "epochs=1"))
        before = (out / "history.csv").read_text()
        main(command_line(folder, out.parent, *settings, "--resume"))

    assert (out / "history.csv").read_text().startswith(before)
    assert read_history(out)["epoch"].tolist() == [1, 2]
    points = np.load(out / "generated.npy")
    assert points.shape == (200, 5)
    main(command_line(folder, out.parent, *settings, "retrain=false"))
    assert "heldout_iwae" in (out / "metrics.json").read_text()
    assert np.array_equal(np.load(out / "generated.npy"), points)
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=10), points)


@pytest.mark.slow
def test_with_all_recipes_nothing_else_need_be_edited(folder: Path, tmp_path: Path):
    """In a copy of the program, of which a run with all of them and the tests that know the tables go well."""
    assert [table for _, table, *_ in ROWS] == ["PRIORS", "MODELS", "SCHEDULES", "PLOTS", "METRICS", "Config"]
    copy = tmp_path / "copy"
    for name in ("data", "models", "utils", "benchmarks", "tests"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "config.yaml", "pyproject.toml", "README.md"):
        shutil.copy(REPOSITORY / name, copy)
    for name, text in FILES.items():
        (copy / name).write_text(text, encoding="utf-8")
    for name, table, needed, row in ROWS:
        beginning, text = BEGINNINGS.get(table, f"{table} = Registry(\n"), (copy / name).read_text(encoding="utf-8")
        assert beginning in text
        text = text.replace("\nfrom ", f"\n{needed}from ", 1)
        (copy / name).write_text(text.replace(beginning, f"{beginning}    {row}\n"), encoding="utf-8")

    def run(*arguments: str) -> str:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=copy, capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    settings = run("-m", "utils.settings.config")
    assert all(text in settings for text in (": linear |", ": standard |", ": half_wave |", "patience: 10 "))
    (copy / "config.yaml").write_text(settings, encoding="utf-8")
    new = ("model=linear", "prior=standard", "annealing=half_wave", "patience=7")
    printed = run("main.py", *command_line(folder, tmp_path / "result", *new))

    out = tmp_path / "result" / "linear"
    assert "\nbrightness  " in printed
    assert "brightness" in json.loads((out / "metrics.json").read_text())
    assert (out / "reds.png").stat().st_size > 1000
    assert "patience: 7 " in (out / "config.yaml").read_text()
    # Of the seven steps that annealing takes, the first epoch has six.
    assert read_history(out)["beta"][0] == pytest.approx(0.5 - 0.5 * math.cos(math.pi * 5 / 7))
    known = ("settings", "training/test_schedules.py", "evaluation/test_verdict.py", "runs/test_folders.py")
    run("-m", "pytest", "-m", "not slow", *(f"tests/{name}" for name in known))
