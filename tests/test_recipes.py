"""The recipes of docs/extend.md, word for word: new files, and a row each for a table."""

import json
import math
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
from utils.runs.run import Run

PAGE = (REPOSITORY / "docs" / "extend.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
# New files with what they hold; and rows: the file, the table in it, the import that the row needs, and the row.
FILES = dict(re.findall(r"^# ([\w/]+\.py)\n(.*?\n)\n\n# ", BLOCKS, re.DOTALL | re.MULTILINE))
ROWS = re.findall(r"^# ([\w/]+\.py), in (\w+)\n(from .*\n)?(.*)\n", BLOCKS, re.MULTILINE)
LEARNED = [
    (table, *re.findall(r'"(\w+)": "([\w.:]+)",', row)[0]) for _, table, _, row in ROWS if table in ("MODELS", "PRIORS")
]


@pytest.fixture
def _new_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classes of the recipes among the models, and their rows in the registry."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path / "models")])
    for table, name, place in LEARNED:
        monkeypatch.setitem({"MODELS": MODELS, "PRIORS": PRIORS}[table], name, place)


@pytest.mark.usefixtures("_new_rows", "without_figures")
@pytest.mark.parametrize("name", sorted({name for _, name, _ in LEARNED}))
def test_a_new_model_or_prior_can_be_trained_resumed_judged_and_loaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    new = {"MODELS": "vanilla", "PRIORS": "normal"} | {table: name for table, row, _ in LEARNED if row == name}
    settings = (f"model={new['MODELS']}", f"prior={new['PRIORS']}", "latent_dim=3")
    out = tmp_path / "result" / new["MODELS"]

    with monkeypatch.context() as patch:
        skip_results(patch)
        main(command_line(folder, out.parent, *settings, "epochs=1"))
        main(command_line(folder, out.parent, *settings, "--resume"))

    assert Run(out).history["epoch"].tolist() == [1, 2]
    points = np.load(out / "generated.npy")
    main(command_line(folder, out.parent, *settings, "retrain=false"))
    assert "heldout_iwae" in (out / "metrics.json").read_text()
    assert np.array_equal(np.load(out / "generated.npy"), points)
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=10), points)


def with_row(text: str, table: str, needed: str, row: str) -> str:
    """The `text` of a module with the `row` at the top of its `table`, and with the import that is `needed`."""
    beginning = r'class Config:\n    """.*?"""\n' if table == "Config" else rf"{table}(: .+?)? = {{"
    place = re.search(rf"^{beginning}", text, re.DOTALL | re.MULTILINE)
    assert place, table
    text = f"{text[: place.end()]}\n    {row}\n{text[place.end() :]}"
    return re.sub("^(?=from )", needed, text, count=1, flags=re.MULTILINE)


@pytest.mark.slow
def test_with_all_recipes_nothing_else_need_be_edited(folder: Path, tmp_path: Path):
    """In a copy of the program, of which a run with all of them and the tests that know the tables go well."""
    assert len(ROWS) == 8
    copy = tmp_path / "copy"
    for name in ("data", "models", "utils", "benchmarks", "tests", "docs"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "config.yaml", "pyproject.toml", "README.md"):
        shutil.copy(REPOSITORY / name, copy)
    for name, text in FILES.items():
        (copy / name).write_text(text, encoding="utf-8")
    for name, *row in ROWS:
        (copy / name).write_text(with_row((copy / name).read_text(encoding="utf-8"), *row), encoding="utf-8")

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    settings = run("-m", "utils.settings.config")
    assert all(choices in settings for choices in (": vamp | textbook | linear |", ": standard |", ": half_wave |"))
    (copy / "config.yaml").write_text(settings, encoding="utf-8")
    new = ("model=linear", "prior=standard", "annealing=half_wave", "patience=7")
    printed = run("main.py", *command_line(folder, tmp_path / "result", *new))

    out = tmp_path / "result" / "linear"
    assert "\nbrightness  " in printed
    assert "brightness" in json.loads((out / "metrics.json").read_text())
    assert (out / "reds.png").stat().st_size > 1000
    assert "patience: 7 " in (out / "config.yaml").read_text()
    # Of the seven steps that annealing takes, the first epoch has six.
    assert Run(out).history["beta"][0] == pytest.approx(0.5 - 0.5 * math.cos(math.pi * 5 / 7))
    known = ("settings/test_config", "settings/test_schedules", "evaluation/test_verdict", "runs/test_style")
    run("-m", "pytest", "-m", "not slow", *(f"tests/{name}.py" for name in known))
