"""Whole runs, as a person starts them."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image
from quick import REPOSITORY, Finished, another_state, command_line, outcome

from main import main
from models import MODELS, colored_pi_generator
from utils.runs.page import PLOTS
from utils.runs.run import ResultFile, Run
from utils.settings.config import load_config
from utils.system.errors import InputError
from utils.system.program import run_program
from utils.training.checkpoint import TrainingFile, read_checkpoint
from utils.training.loop import Training


@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_a_run_leaves_all_its_files_and_they_agree_with_each_other(finished: Finished, model: str):
    out = finished.result / model

    written = {str(path.relative_to(out)) for path in out.rglob("*.*")}
    frames = {"epochs/epoch_001.png", "epochs/epoch_002.png"}
    assert written | {TrainingFile.FRAMES} == {*TrainingFile, *ResultFile, *PLOTS} | frames
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*TrainingFile, *ResultFile) if f"{name}`" not in readme.replace("/`", "`")] == []
    assert Image.open(out / "training.gif").n_frames == 2
    assert {path.name for path in finished.result.glob("[!.]*")} == {*MODELS, "compare.png"}

    config = load_config(out / "config.yaml")
    assert (config.model, config.epochs, config.n_components) == (model, 2, 4)
    points = np.load(out / "generated.npy")
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=config.seed), points)

    history, metrics = Run(out).history, json.loads((out / "metrics.json").read_text())
    loss = history["heldout_reconstruction"][-1] + history["heldout_kl"][-1]
    assert metrics["heldout_elbo"] == pytest.approx(-loss, rel=0.5)


@pytest.mark.usefixtures("without_figures")
def test_without_retrain_points_are_made_again_and_others_lie_beside_them(finished: Finished, tmp_path: Path):
    result = finished.copied(tmp_path / "result")
    again, redrawn = (result / "vanilla" / name for name in ("generated.npy", "seed11_n50"))
    again.unlink()

    for more in ((), ("n_generate=50", "seed=11")):
        main(command_line(finished.data, result, "model=vanilla", "retrain=False", *more))

    assert outcome(result / "vanilla") == outcome(finished.result / "vanilla")
    assert (result / "vanilla" / "metrics.json").read_bytes() == (finished.result / "vanilla/metrics.json").read_bytes()
    assert {path.name for path in redrawn.iterdir()} == {"config.yaml", *ResultFile, *PLOTS}
    assert np.load(redrawn / "generated.npy").shape == (50, 5)
    assert "drawn with seed 11, after training with seed 10" in (redrawn / "report.html").read_text()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("retrain=False", "hidden_dim=16"), r"model\.pt: .*hidden_dim \(was 8, is 16\)"),
        (("--resume", "learning_rate=0.01"), r"checkpoint\.pt: .*learning_rate \(was 0\.004, is 0\.01\)"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    finished: Finished, tmp_path: Path, settings: tuple[str, ...], words: str
):
    result = finished.copied(tmp_path / "result")
    before = {path: path.read_bytes() for path in result.rglob("*.*") if path.suffix != ".lock"}

    with pytest.raises(InputError, match=words):
        main(command_line(finished.data, result, "model=all", *settings))

    assert {path: path.read_bytes() for path in result.rglob("*.*") if path.suffix != ".lock"} == before


def test_what_was_made_with_a_model_goes_once_a_resumed_run_has_changed_it(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Were it stopped then, pictures of an older model would lie beside the new one."""
    out = finished.copied(tmp_path / "result") / "vanilla"
    monkeypatch.setattr("utils.runs.steps.generate", Mock(side_effect=InputError("stopped before generating")))

    with pytest.raises(InputError, match="stopped before"):
        main(command_line(finished.data, tmp_path / "result", "model=vanilla", "epochs=3", "--resume"))

    assert [name for name in ResultFile if (out / name).exists()] == []
    assert [name for name in TrainingFile if not (out / name).exists()] == []


@pytest.mark.usefixtures("only_points")
def test_a_run_of_single_points_takes_a_step_for_each_even_in_a_thread_without_streams(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = ("batch_size=1", "num_workers=2", "epochs=1", "model=vanilla", "holdout=0.5")
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)

    with ThreadPoolExecutor() as thread:
        thread.submit(run_program, main, command_line(folder, tmp_path, *settings)).result()

    assert read_checkpoint(tmp_path / "vanilla")["training"]["step"] == 150


@pytest.mark.usefixtures("only_points")
def test_a_run_needs_neither_a_compiler_nor_its_data_once_it_has_read_them(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    data, proper = shutil.copytree(finished.data, tmp_path / "data"), Training.run
    monkeypatch.setattr(Training, "run", lambda self, *more: shutil.rmtree(data) or proper(self, *more))
    monkeypatch.setattr(Training, "compile", Mock(side_effect=RuntimeError("no g++ here")))

    main(command_line(data, tmp_path, "compile=always", "model=vanilla"))

    printed = capsys.readouterr().out
    assert "not compiled, so training is slower (no g++ here)" in printed
    assert f"data_path={data} result_path={tmp_path} " in printed.partition("to try next: ")[2]
    assert outcome(tmp_path / "vanilla") == outcome(finished.result / "vanilla")


@pytest.mark.usefixtures("only_points")
def test_a_run_depends_on_nothing_that_its_process_has_set_and_sets_it_back(finished: Finished, tmp_path: Path):
    with another_state():
        main(command_line(finished.data, tmp_path, "model=vanilla"))

    assert outcome(tmp_path / "vanilla") == outcome(finished.result / "vanilla")
