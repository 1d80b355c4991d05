"""README's recipes for a new prior and a new model, word for word: one class and one row of the registry each."""

import re
from pathlib import Path

import numpy as np
import pytest
from quick import REPOSITORY, command_line, skip_results

import models
from main import main
from models import colored_pi_generator
from models.registry import MODELS, PRIORS
from utils.run import read_history

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
# The file that README names for each class, with what it holds; and its row: table, name, and where the class is.
FILES = dict(re.findall(r"```python\n# models/(\w+\.py)\n(.*?\n)\n\n# models/registry", README, re.DOTALL))
ROWS = re.findall(r'# models/registry\.py, in (MODELS|PRIORS)\n(\w+)="([\w.:]+)",\n', README)


@pytest.fixture
def _new_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """README's classes among the models, and their rows in the registry."""
    (tmp_path / "models").mkdir()
    for name, text in FILES.items():
        (tmp_path / "models" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path / "models")])
    for table, name, place in ROWS:
        monkeypatch.setitem({"MODELS": MODELS, "PRIORS": PRIORS}[table], name, place)


def test_readme_has_a_recipe_for_a_prior_and_one_for_a_model():
    assert [table for table, _, _ in ROWS] == ["PRIORS", "MODELS"]
    assert {place.split(":")[0] for _, _, place in ROWS} == {f"models.{Path(name).stem}" for name in FILES}


@pytest.mark.usefixtures("_new_rows", "without_figures")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_new_row_can_be_trained_resumed_judged_and_loaded(
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


@pytest.mark.usefixtures("_new_rows")
def test_help_offers_every_row_of_the_registry(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])

    shown = capsys.readouterr().out
    assert f": {' | '.join([*MODELS, 'both'])}" in shown
    assert f": {' | '.join(PRIORS)}" in shown
    assert all(name in [*MODELS, *PRIORS] for _, name, _ in ROWS)
