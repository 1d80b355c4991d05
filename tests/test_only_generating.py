"""Whole runs with retrain=false, which draw from models that are there already."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from quick import Finished, command_line

from main import main
from utils.runs.page import PLOTS
from utils.runs.run import ResultFile
from utils.settings.config import load_config
from utils.system.errors import InputError


@pytest.mark.usefixtures("without_figures")
def test_without_retrain_other_points_of_a_trained_model_lie_beside_the_trainings_own(
    finished: Finished, tmp_path: Path
):
    result = finished.copied(tmp_path / "result")
    trained = {path: path.read_bytes() for path in result.rglob("*.*") if path.name != ".lock"}

    main(command_line(finished.data, result, "model=vanilla", "retrain=False", "n_generate=50", "seed=11"))

    assert [path for path, content in trained.items() if path.read_bytes() != content] == []
    redrawn = result / "vanilla" / "seed11_n50"
    assert np.load(redrawn / "generated.npy").shape == (50, 5)
    assert "drawn with seed 11, after training with seed 10" in (redrawn / "report.html").read_text()
    settings = load_config(redrawn / "config.yaml")
    assert (settings.model, settings.seed, settings.n_generate, settings.retrain) == ("vanilla", 11, 50, False)
    assert {path.name for path in redrawn.iterdir()} == {"config.yaml", *ResultFile, *PLOTS}


@pytest.mark.usefixtures("without_figures")
def test_without_retrain_the_trainings_own_points_are_made_again_in_their_place(finished: Finished, tmp_path: Path):
    out = finished.copied(tmp_path / "result") / "vanilla"
    before = {name: (out / name).read_bytes() for name in ("generated.npy", "metrics.json")}
    for name in before:
        (out / name).unlink()

    main(command_line(finished.data, tmp_path / "result", "model=vanilla", "retrain=False"))

    assert {name: (out / name).read_bytes() for name in before} == before
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["epochs"]


def test_a_model_that_does_not_fit_is_refused_before_anything_is_written(finished: Finished, tmp_path: Path):
    """Nor are points of the model that fits, which comes first."""
    result = finished.copied(tmp_path / "result")
    shutil.copy(result / "vanilla" / "model.pt", result / "attention" / "model.pt")

    with pytest.raises(InputError, match="was trained with model=vanilla, now it is attention"):
        main(command_line(finished.data, result, "model=all", "retrain=False", "n_generate=50"))

    assert list(result.rglob("seed10_n50")) == []
