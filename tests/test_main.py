"""Whole runs, as a person starts them."""

import json
import random
import shutil
import signal
import sys
import warnings
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image
from quick import REPOSITORY, Finished, command_line, outcome

from data.drawing import draw, glyph_mask, write
from main import main
from models import MODELS, colored_pi_generator
from utils.runs.page import PLOTS
from utils.runs.run import ResultFile, Run
from utils.settings.config import load_config
from utils.training.checkpoint import TrainingFile
from utils.training.loop import Training


@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_a_run_leaves_all_its_files_and_they_agree_with_each_other(finished: Finished, model: str):
    out = finished.result / model

    written = {str(path.relative_to(out)) for path in out.rglob("*.*")}
    assert written == {*TrainingFile, *ResultFile, *PLOTS, "epochs/epoch_001.png", "epochs/epoch_002.png"} - {
        TrainingFile.FRAMES
    }
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*TrainingFile, *ResultFile) if f"{name}`" not in readme.replace("/`", "`")] == []
    for picture in out.rglob("*.png"):
        Image.open(picture).load()
    assert Image.open(out / "training.gif").n_frames == 2
    assert {path.name for path in finished.result.glob("[!.]*")} == {*MODELS, "compare.png"}
    assert Image.open(finished.result / "compare.png").size[0] >= 900

    config = load_config(out / "config.yaml")
    assert (config.model, config.epochs, config.n_components) == (model, 2, 4)
    points = np.load(out / "generated.npy")
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=config.seed), points)

    history = Run(out).history
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
    sizes, proper = [], Training.gradient
    monkeypatch.setattr(Training, "gradient", lambda self, x, beta: sizes.append(len(x)) or proper(self, x, beta))

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


@pytest.mark.usefixtures("only_points")
def test_a_run_is_of_the_data_as_they_were_at_its_start(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data, proper = shutil.copytree(finished.data, tmp_path / "data"), Training.run
    monkeypatch.setattr(Training, "run", lambda self, *more: shutil.rmtree(data) or proper(self, *more))

    main(command_line(data, tmp_path, "model=vanilla"))

    assert outcome(tmp_path / "vanilla") == outcome(finished.result / "vanilla")


@pytest.mark.usefixtures("only_points")
def test_a_run_depends_on_nothing_that_its_process_has_set_and_sets_it_back(finished: Finished, tmp_path: Path):
    def state() -> list[object]:
        return [
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.get_rng_state().tolist(),
            torch.get_float32_matmul_precision(),
            torch.is_grad_enabled(),
            (torch.tensor(1e-40, dtype=torch.float32, device="cpu") * 1).item() == 0,
            signal.getsignal(signal.SIGTERM),
            sys.stdout,
            warnings.filters[:],
            random.getstate(),
            np.random.get_state()[1].tolist(),
        ]

    before = state()
    try:
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(2)
        torch.set_float32_matmul_precision("medium")
        with torch.no_grad(), torch.device("meta"), torch.autocast("cpu"):
            theirs = state()[:5]
            main(command_line(finished.data, tmp_path, "model=vanilla"))
            assert state()[:5] == theirs
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(1)
        torch.set_float32_matmul_precision("highest")

    assert state() == before
    assert outcome(tmp_path / "vanilla") == outcome(finished.result / "vanilla")
