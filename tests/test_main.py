"""Whole runs, as a person starts them."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from main import main
from models import colored_pi_generator
from models.attention import AttentionVAE
from models.vae import Loss
from utils.program.errors import InputError
from utils.settings.config import Config, load_config

REPOSITORY = Path(__file__).parent.parent
QUICK = {"epochs": 2, "batch_size": 50, "hidden_dim": 32, "n_components": 8, "n_generate": 200}
Run = Callable[..., Path]


@pytest.fixture
def run(folder: Path, tmp_path: Path) -> Run:
    """Run the program on the small data set; gives the folder of its output."""

    def run(*overrides: str, result: str = "result") -> Path:
        settings = QUICK | {"data_path": folder, "result_path": tmp_path / result}
        settings |= dict(override.split("=") for override in overrides)
        main(["--config", str(REPOSITORY / "config.yaml"), *(f"{key}={value}" for key, value in settings.items())])
        return tmp_path / result / settings.get("model", "attention")

    return run


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """For runs whose pictures nobody looks at: to draw them takes most of the time."""
    for drawing in ("main.save_comparison", "main.show_latent", "utils.runs.record.save_loss_curves"):
        monkeypatch.setattr(drawing, lambda *_: None)


@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_a_run_leaves_all_of_its_files_and_each_is_what_it_says(run: Run, model: str):
    out = run(f"model={model}")

    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == [
        "checkpoint.pt",
        "comparison.png",
        "config.yaml",
        "epochs/epoch_001.png",
        "epochs/epoch_002.png",
        "generated.npy",
        "generated.png",
        "history.csv",
        "latent.png",
        "loss.png",
        "metrics.json",
        "model.pt",
        "training.gif",
    ]
    for picture in out.rglob("*.png"):
        Image.open(picture).load()

    points, picture = np.load(out / "generated.npy"), np.asarray(Image.open(out / "generated.png"))
    assert points.shape == (200, 5)
    assert points.dtype.kind == "i"
    assert picture.shape == (60, 60, 3)
    assert picture[points[-1, 0], points[-1, 1]].tolist() == points[-1, 2:].tolist()

    assert Image.open(out / "training.gif").n_frames == 2
    assert Image.open(out / "epochs" / "epoch_001.png").size == (60, 60)

    with open(out / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert all(np.isfinite([float(value) for value in row.values()]).all() for row in rows)

    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["heldout_elbo"] == pytest.approx(-metrics["heldout_reconstruction"] - metrics["heldout_kl"])
    assert metrics["heldout_iwae"] > metrics["heldout_elbo"]
    assert set(metrics["energy_distance"]) == {"value", "floor", "p"}
    assert metrics["verdict"].startswith(("indistinguishable", "not the distribution"))

    config = load_config(out / "config.yaml")
    assert (config.model, config.epochs, config.n_components) == (model, 2, 8)
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=config.seed), points)


@pytest.mark.usefixtures("without_pictures")
def test_both_models_are_run_as_each_alone_would_be_and_compared(run: Run, capsys: pytest.CaptureFixture):
    expected = {model: (run(f"model={model}") / "generated.npy").read_bytes() for model in ("attention", "vanilla")}

    result = run("model=both", result="again").parent

    for model, points in expected.items():
        assert (result / model / "generated.npy").read_bytes() == points
    assert Image.open(result / "compare.png").size[0] > 1000
    assert "to try next: python " in capsys.readouterr().out.splitlines()[-1]
    assert not list(result.rglob("run.lock"))

    (result / "compare.png").unlink()
    run("model=both", "retrain=False", result="again")
    assert (result / "compare.png").exists()


@pytest.mark.usefixtures("without_pictures")
def test_the_films_last_frame_is_the_last_epochs_picture(run: Run):
    out = run("epochs=3")

    with Image.open(out / "training.gif") as film, Image.open(out / "epochs" / "epoch_003.png") as picture:
        assert film.n_frames == 3
        width, height = picture.size
        assert film.size == (2 * width + 8, height + 16)
        film.seek(2)
        shown = np.asarray(film.convert("RGB"))[:height, width + 8 :].astype(int)
        painted = np.asarray(picture).astype(int)
    assert np.array_equal(shown.any(2), painted.any(2))
    # A GIF has few colors.
    assert np.abs(shown - painted)[painted.any(2)].mean() < 30


@pytest.mark.usefixtures("without_pictures")
def test_a_film_of_many_epochs_has_a_hundred_frames_at_most(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.runs.record.MOST_FRAMES", 3)

    out = run("epochs=8")

    assert len(list((out / "epochs").iterdir())) == 8
    assert Image.open(out / "training.gif").n_frames == 3


def test_the_same_seed_gives_the_same_bytes(run: Run):
    names = ("model.pt", "generated.npy", "metrics.json", "generated.png", "training.gif", "comparison.png")
    first, again = ([(out / name).read_bytes() for name in names] for out in (run() for _ in range(2)))

    assert [name for name, one, other in zip(names, first, again, strict=True) if one != other] == []


@pytest.mark.usefixtures("without_pictures")
def test_the_seeds_own_values_are_honored(run: Run):
    out = run("batch_size=1", "num_workers=4", "epochs=1")

    assert load_config(out / "config.yaml").batch_size == 1
    assert (out / "generated.npy").exists()


@pytest.mark.usefixtures("without_pictures")
def test_without_a_compiler_it_trains_all_the_same_and_says_so(
    run: Run, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError("no g++ here")

    monkeypatch.setattr("utils.training.loop.compiled", broken)
    out = run("compile=always", "epochs=1")

    assert "not compiled, it trains all the same, but slower (no g++ here)" in capsys.readouterr().out
    assert (out / "generated.npy").exists()


@pytest.mark.usefixtures("without_pictures")
def test_frames_are_painted_as_often_as_asked_and_those_of_an_earlier_run_do_not_stay(run: Run):
    out = run("epochs=5", "gen_every_epochs=2")
    assert sorted(path.name for path in (out / "epochs").iterdir()) == [
        "epoch_002.png",
        "epoch_004.png",
        "epoch_005.png",
    ]

    run("gen_every_epochs=False")
    assert list((out / "epochs").iterdir()) == []
    assert not (out / "training.gif").exists()


@pytest.mark.usefixtures("without_pictures")
def test_without_retrain_the_trained_model_only_generates(run: Run):
    out = run()
    model, history, points = ((out / name).read_bytes() for name in ("model.pt", "history.csv", "generated.npy"))

    run("retrain=False", "n_generate=50", "seed=11")

    assert (out / "model.pt").read_bytes() == model
    assert (out / "history.csv").read_bytes() == history
    assert np.load(out / "generated.npy").shape == (50, 5)

    run("retrain=False")
    assert (out / "generated.npy").read_bytes() == points


@pytest.mark.usefixtures("without_pictures")
def test_without_retrain_a_model_that_is_missing_or_does_not_fit_is_refused(run: Run, folder: Path):
    with pytest.raises(InputError, match=r"model\.pt: there is no trained model here; train one first"):
        run("retrain=False")

    out = run()
    with pytest.raises(InputError, match="was trained with hidden_dim=32, now it is 64; set hidden_dim=32"):
        run("retrain=False", "hidden_dim=64")

    (out / "model.pt").rename(out.parent / "model.pt")
    (out.parent / "vanilla").mkdir()
    (out.parent / "model.pt").rename(out.parent / "vanilla" / "model.pt")
    with pytest.raises(InputError, match="was trained with model=attention, now it is vanilla"):
        run("retrain=False", "model=vanilla")

    run()
    ys = np.load(folder / "pi_ys.npy")
    np.save(folder / "pi_ys.npy", np.roll(ys, 1))
    with pytest.raises(InputError, match="was trained on other data"):
        run("retrain=False")


def test_training_that_diverges_keeps_the_last_good_model(run: Run, monkeypatch: pytest.MonkeyPatch):
    proper, calls = AttentionVAE.loss, []

    def breaks_in_the_third_epoch(self: AttentionVAE, *arguments: object) -> Loss:
        calls.append(1)
        loss = proper(self, *arguments)
        return Loss(loss.reconstruction * (float("inf") if len(calls) > 16 else 1), loss.kl)

    monkeypatch.setattr(AttentionVAE, "loss", breaks_in_the_third_epoch)
    with pytest.raises(InputError, match="not finite in epoch 3"):
        run("epochs=4")
    monkeypatch.undo()

    out = run("epochs=4", "retrain=False")
    assert len((out / "history.csv").read_text().splitlines()) == 3
    assert (out / "loss.png").exists()
    assert np.load(out / "generated.npy").shape == (200, 5)


def test_a_mistake_costs_one_line_and_exit_status_2(tmp_path: Path):
    def start(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, REPOSITORY / "main.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    missing = start()
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith("error: config.yaml: cannot read the configuration")
    assert missing.stderr.count("\n") == 1

    unknown = start("--config", str(REPOSITORY / "config.yaml"), "epoch=3")
    assert (unknown.returncode, unknown.stderr) == (2, "error: unknown key 'epoch'; did you mean 'epochs'?\n")
    assert list(tmp_path.iterdir()) == []


def test_help_shows_every_key(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit):
        main(["--help"])

    text = capsys.readouterr().out
    assert [name for name in vars(Config()) if name not in text] == []
