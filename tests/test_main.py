"""Whole runs, as a person starts them."""

import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image
from quick import REPOSITORY, Finished, command_line, outcome

from data.drawing import draw, glyph_mask, write
from main import main
from models import colored_pi_generator
from models.registry import MODELS
from utils.runs.page import PLOTS
from utils.runs.run import Result, Trained, read_history
from utils.settings.config import load_config
from utils.training.eager import EagerStep


@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_a_run_leaves_all_its_files_and_they_agree_with_each_other(finished: Finished, model: str):
    out = finished.result / model

    written = {str(path.relative_to(out)) for path in out.rglob("*.*")}
    assert written == {*Trained, *Result, *PLOTS, "epochs/epoch_001.png", "epochs/epoch_002.png"} - {Trained.FRAMES}
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*Trained, *Result) if f"{name}`" not in readme.replace("/`", "`")] == []
    for picture in out.rglob("*.png"):
        Image.open(picture).load()
    assert Image.open(out / "training.gif").n_frames == 2
    assert {path.name for path in finished.result.glob("[!.]*")} == {*MODELS, "compare.png"}
    assert Image.open(finished.result / "compare.png").size[0] >= 900

    config = load_config(out / "config.yaml")
    assert (config.model, config.epochs, config.n_components) == (model, 2, 4)
    points = np.load(out / "generated.npy")
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=config.seed), points)

    history = read_history(out)
    assert history["epoch"].tolist() == [1, 2]
    assert all(np.isfinite(values).all() for values in history.values())

    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["heldout_iwae"] > metrics["heldout_elbo"]
    assert metrics["heldout_elbo"] == pytest.approx(-history["heldout_reconstruction"][-1], rel=0.5)
    assert metrics["n_generated"] == 200
    assert metrics["verdict"].startswith("the generated points ")


@pytest.mark.usefixtures("only_points")
def test_a_run_of_single_points_and_worker_processes_takes_a_step_for_each_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path / "data", *draw(glyph_mask(size=60), n=60))
    sizes, proper = [], EagerStep.__call__
    monkeypatch.setattr(EagerStep, "__call__", lambda self, x, *rates: sizes.append(len(x)) or proper(self, x, *rates))

    main(command_line(tmp_path / "data", tmp_path, "batch_size=1", "num_workers=2", "epochs=1", "model=vanilla"))

    assert sizes == [1] * 54


@pytest.mark.usefixtures("only_points")
def test_without_a_compiler_a_run_warns_and_trains_uncompiled(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.training.loop.Training.compile", Mock(side_effect=RuntimeError("no g++ here")))

    main(command_line(finished.data, tmp_path, "compile=always", "model=vanilla"))

    printed = capsys.readouterr().out
    assert "not compiled, so training is slower (no g++ here)" in printed
    last = printed.splitlines()[-1]
    assert last.startswith("to try next: ")
    assert f"data_path={finished.data} result_path={tmp_path} " in last
    assert outcome(tmp_path / "vanilla") == outcome(finished.result / "vanilla")
