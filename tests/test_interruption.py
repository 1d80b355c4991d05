"""Runs that are stopped, killed or in each other's way, and what is left of them."""

import csv
import multiprocessing
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from main import main
from utils.program.errors import InputError, run_program
from utils.program.files import LOCK, claimed, write_whole
from utils.training.loop import Training

REPOSITORY = Path(__file__).parent.parent
QUICK = {"batch_size": 50, "hidden_dim": 16, "n_components": 4, "n_generate": 100}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts its runs by fork, for speed")


def arguments(folder: Path, result: Path, *more: str) -> list[str]:
    settings = QUICK | {"data_path": folder, "result_path": result}
    settings |= dict(setting.split("=") for setting in more if setting != "--resume")
    flags = ["--config", str(REPOSITORY / "config.yaml")] + ["--resume"] * ("--resume" in more)
    return [*flags, *(f"{key}={value}" for key, value in settings.items())]


def started(arguments: list[str]) -> multiprocessing.Process:
    """A run in a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=run_program, args=(main, arguments))
    process.start()
    return process


def what_counts(out: Path) -> tuple[list[bytes], list[list[str]], bytes]:
    """The bytes of the weights, the history but for the seconds, and the bytes of the generated points."""
    weights = torch.load(out / "model.pt", weights_only=True)["weights"].values()
    with open(out / "history.csv", newline="") as file:
        history = [row[:-1] for row in csv.reader(file)]
    return [weight.numpy().tobytes() for weight in weights], history, (out / "generated.npy").read_bytes()


def wait_for(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@needs_fork
def test_a_run_that_is_killed_at_any_moment_resumes_to_the_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = arguments(folder, tmp_path / "whole", "epochs=3")
    begin = time.monotonic()
    process = started(whole)
    process.join()
    seconds = time.monotonic() - begin
    assert process.exitcode == 0
    expected = what_counts(tmp_path / "whole" / "attention")

    moments = np.random.default_rng(0).uniform(0, seconds, 20)
    for i, moment in enumerate(moments):
        killed = arguments(folder, tmp_path / str(i), "epochs=3")
        process = started(killed)
        time.sleep(moment)
        process.kill()
        process.join()
        saved = (tmp_path / str(i) / "attention" / "checkpoint.pt").exists()
        with monkeypatch.context() as patch:
            # Pictures and the verdict are not compared, and take most of the time.
            patch.setattr("main.judge", lambda *_: ({}, None))
            for unseen in ("main.show", "main.report", "utils.runs.record.save_loss_curves"):
                patch.setattr(unseen, lambda *_: None)
            process = started([*killed, "--resume"] if saved else killed)
            process.join()
        assert process.exitcode == 0
        assert what_counts(tmp_path / str(i) / "attention") == expected, f"killed after {moment:.2f} s"


def test_of_two_models_the_one_begun_is_resumed_and_the_other_trained(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for drawing in ("main.save_comparison", "main.show_latent", "main.save_compared"):
        monkeypatch.setattr(drawing, lambda *_: None)
    both = arguments(folder, tmp_path / "both", "epochs=1", "model=both")
    main(both)
    expected = [what_counts(tmp_path / "both" / model) for model in ("vanilla", "attention")]
    # As if it had been stopped before the second model began.
    (tmp_path / "both" / "attention" / "checkpoint.pt").unlink()

    main([*both, "--resume"])

    assert [what_counts(tmp_path / "both" / model) for model in ("vanilla", "attention")] == expected


@needs_fork
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("num_workers", [0, 4])
def test_asked_to_stop_a_run_saves_says_how_to_go_on_and_does(
    folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    status: int,
    num_workers: int,
):
    # These are not looked at here, and take most of the time.
    for drawing in ("main.save_comparison", "main.show_latent"):
        monkeypatch.setattr(drawing, lambda *_: None)
    settings = ["epochs=4", "batch_size=10", f"num_workers={num_workers}", "gen_every_epochs=2"]
    started(arguments(folder, tmp_path / "whole", *settings)).join()
    expected = what_counts(tmp_path / "whole" / "attention")
    capfd.readouterr()

    stopped, out = arguments(folder, tmp_path / "stopped", *settings), tmp_path / "stopped" / "attention"
    process = started(stopped)
    wait_for((out / "history.csv").exists)
    os.kill(process.pid, number)
    process.join()

    assert process.exitcode == status
    error = capfd.readouterr().err.splitlines()[-1]
    assert error.startswith("stopped after ")
    assert error.endswith("--resume")
    assert (out / "loss.png").exists()
    assert not (out / "generated.npy").exists()
    assert not (out / LOCK).exists()

    process = started([*stopped, "--resume"])
    process.join()
    assert process.exitcode == 0
    assert what_counts(out) == expected


def test_stopped_within_an_epoch_not_a_step_is_lost(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    main(arguments(folder, tmp_path / "whole", "epochs=2"))
    expected = what_counts(tmp_path / "whole" / "attention")

    proper, steps = Training._take_step, []

    def interrupt_in_the_second_epoch(self: Training, points: torch.Tensor) -> tuple[float, float]:
        steps.append(1)
        if len(steps) == 8:
            os.kill(os.getpid(), signal.SIGINT)
        return proper(self, points)

    monkeypatch.setattr(Training, "_take_step", interrupt_in_the_second_epoch)
    parted = arguments(folder, tmp_path / "parted", "epochs=2")
    with pytest.raises(SystemExit) as end:
        run_program(main, parted)
    assert end.value.code == 130
    assert len(steps) == 8

    main([*parted, "--resume"])
    assert len(steps) == 12
    assert what_counts(tmp_path / "parted" / "attention") == expected


def test_a_longer_run_continues_a_shorter_one(folder: Path, tmp_path: Path):
    main(arguments(folder, tmp_path, "epochs=2"))
    before = (tmp_path / "attention" / "history.csv").read_text()

    main(arguments(folder, tmp_path, "epochs=4", "--resume"))

    after = (tmp_path / "attention" / "history.csv").read_text()
    assert after.startswith(before)
    assert len(after.splitlines()) == 5
    with pytest.raises(InputError, match="has 4 epochs already; set epochs to that or more"):
        main(arguments(folder, tmp_path, "epochs=3", "--resume"))


def test_a_run_of_other_settings_or_other_data_is_not_resumed(folder: Path, tmp_path: Path):
    with pytest.raises(InputError, match=r"checkpoint\.pt: there is no run to resume"):
        main(arguments(folder, tmp_path / "none", "--resume"))
    assert not (tmp_path / "none").exists()

    main(arguments(folder, tmp_path, "epochs=2"))
    checkpoint = (tmp_path / "attention" / "checkpoint.pt").read_bytes()
    with pytest.raises(
        InputError, match=r"other settings: learning_rate \(was 0.004, is 0.01\), seed \(was 10, is 3\)"
    ):
        main(arguments(folder, tmp_path, "epochs=2", "learning_rate=0.01", "seed=3", "--resume"))
    with pytest.raises(InputError, match="--resume trains on and retrain=false only generates"):
        main(arguments(folder, tmp_path, "retrain=false", "--resume"))

    np.save(folder / "pi_ys.npy", np.roll(np.load(folder / "pi_ys.npy"), 1))
    with pytest.raises(InputError, match="belongs to other data"):
        main(arguments(folder, tmp_path, "epochs=2", "--resume"))
    assert (tmp_path / "attention" / "checkpoint.pt").read_bytes() == checkpoint


def test_a_second_run_into_the_same_folder_is_refused(folder: Path, tmp_path: Path):
    out = tmp_path / "attention"
    out.mkdir()
    (out / LOCK).write_text(str(os.getppid()))

    with pytest.raises(InputError, match=f"attention: process {os.getppid()} is writing there"):
        main(arguments(folder, tmp_path, "epochs=1"))

    assert [path.name for path in out.iterdir()] == [LOCK]


@pytest.mark.parametrize("left", ["", "nonsense", "999999999", "9" * 30])
def test_a_lock_that_a_dead_process_left_is_no_obstacle(tmp_path: Path, left: str):
    (tmp_path / LOCK).write_text(left)

    with claimed(tmp_path):
        assert (tmp_path / LOCK).read_text() == str(os.getpid())
    assert not (tmp_path / LOCK).exists()


def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(tmp_path: Path):
    def fill_the_disk(path: Path) -> None:
        path.write_text("half a fi")
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_text("before")
    with pytest.raises(InputError, match=r"file: cannot be written \(No space left on device\); make room"):
        write_whole(tmp_path / "file", fill_the_disk)

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "before")]


def test_a_disk_that_fills_up_ends_the_run_with_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    main(arguments(folder, tmp_path, "epochs=2"))
    checkpoint = (tmp_path / "attention" / "checkpoint.pt").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        run_program(main, arguments(folder, tmp_path, "epochs=4", "--resume"))

    assert end.value.code == 2
    assert "No space left on device" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "attention" / "checkpoint.pt").read_bytes() == checkpoint


def test_too_little_room_is_said_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1))

    with pytest.raises(InputError, match="only 0 MB are free on this disk"), claimed(tmp_path / "new"):
        pass


def test_a_folder_that_cannot_be_written_to_is_said_before_training(folder: Path, tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(InputError, match="set result_path to a folder that can"):
        main(arguments(folder, tmp_path / "file"))
