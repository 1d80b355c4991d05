"""Whole runs that are stopped or killed, and what is left of them."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from quick import Finished, command_line, outcome

from main import main
from utils.system.program import Interrupted, run_program
from utils.training.checkpoint import read_checkpoint
from utils.training.loop import Training

# Steps per epoch of the quick run: 270 training points in batches of 50.
N_BATCHES = 6
pytestmark = pytest.mark.usefixtures("only_points")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts its runs by fork, for speed")


def run_in_a_process(arguments: list[str], prepare: Callable[[], object] = lambda: None) -> int | None:
    """The exit status of a run in a process of its own, which calls `prepare` first."""
    process = multiprocessing.get_context("fork").Process(target=lambda: (prepare(), run_program(main, arguments)))
    process.start()
    process.join()
    return process.exitcode


def before(n: int, name: str, number: int = signal.SIGKILL) -> None:
    """From now on in this process, the signal `number` comes before the `n`-th training step, if `name` is "step".

    Otherwise it comes before the `n`-th file `name`, which is written, is in its place.
    """
    owner, method = (Training, "gradient") if name == "step" else (os, "replace")
    proper, calls = getattr(owner, method), []

    def counting(source: object, target: object, *more: object) -> object:
        calls.extend([1] * (name == "step" or Path(str(target)).name == name))
        if len(calls) == n:
            os.kill(os.getpid(), number)
        return proper(source, target, *more)

    setattr(owner, method, counting)


@needs_fork
@pytest.mark.parametrize(
    ("n", "name", "was_saved"),
    [
        (1, "checkpoint.pt", False),
        (N_BATCHES + 3, "step", True),
        (1, "epoch_002.png", True),
        (2, "model.pt", True),
        (2, "checkpoint.pt", True),
        (1, "generated.npy", True),
    ],
)
def test_a_run_killed_at_any_moment_resumes_to_the_same_bytes(
    finished: Finished, tmp_path: Path, n: int, name: str, was_saved: bool
):
    out, arguments = tmp_path / "attention", command_line(finished.data, tmp_path)

    assert run_in_a_process(arguments, lambda: before(n, name)) == -signal.SIGKILL
    assert not (out / "generated.npy").exists()
    assert (out / "checkpoint.pt").exists() == was_saved

    assert run_in_a_process([*arguments, *["--resume"] * was_saved]) == 0
    assert outcome(out) == outcome(finished.result / "attention")


@needs_fork
@pytest.mark.parametrize(("name", "num_workers"), [("SIGTERM", 0), ("SIGINT", 2), ("SIGHUP", 0), ("SIGUSR1", 0)])
def test_a_run_asked_to_stop_saves_tells_how_to_continue_and_resumes_to_the_same_bytes(
    finished: Finished, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, num_workers: int
):
    """Workers or not, and stopped or not, the run must come to the bytes of the one without either."""
    out, arguments = tmp_path / "attention", command_line(finished.data, tmp_path, f"num_workers={num_workers}")
    number = getattr(signal, name)

    assert run_in_a_process(arguments, lambda: before(N_BATCHES + 2, "step", number)) == 128 + number

    error = capfd.readouterr().err.splitlines()[-1]
    assert error.startswith("stopped after 1 epochs; to continue: ")
    assert error.endswith(" --resume")
    assert read_checkpoint(out)["training"]["step"] == N_BATCHES + 2
    assert (out / "training.gif").exists()
    assert not (out / "generated.npy").exists()

    assert run_in_a_process([*arguments, "--resume"]) == 0
    assert outcome(out) == outcome(finished.result / "attention")


@needs_fork
def test_a_run_under_nohup_goes_on_when_its_terminal_closes(finished: Finished, tmp_path: Path):
    def prepare() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        before(N_BATCHES + 2, "step", signal.SIGHUP)

    assert run_in_a_process(command_line(finished.data, tmp_path), prepare) == 0
    assert outcome(tmp_path / "attention") == outcome(finished.result / "attention")


@needs_fork
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_stopped_while_it_compiles_tells_how_to_start_again(
    finished: Finished, tmp_path: Path, capfd: pytest.CaptureFixture[str], number: int, status: int
):
    def prepare() -> None:
        Training.compile = lambda training: os.kill(os.getpid(), number)

    assert run_in_a_process(command_line(finished.data, tmp_path, "compile=always"), prepare) == status

    assert capfd.readouterr().err.splitlines()[-1].startswith("stopped; nothing was trained; to start again: ")
    assert not list(tmp_path.rglob("checkpoint.pt"))


@pytest.mark.parametrize("last", ["--resume", "retrain=false"])
def test_a_run_stopped_after_its_training_tells_how_to_draw_and_judge(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
):
    monkeypatch.setattr("utils.runs.steps.judge", Mock(side_effect=KeyboardInterrupt))

    with pytest.raises(Interrupted, match=f"the model is saved; to draw and judge: .* {last}$"):
        main(command_line(finished.data, finished.copied(tmp_path / "result"), last))


def test_of_two_models_the_one_begun_is_resumed_and_the_other_trained(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As if the run had been stopped before the second model began."""
    result = finished.copied(tmp_path / "result")
    (result / "attention" / "checkpoint.pt").unlink()
    models, proper = [], Training.gradient
    monkeypatch.setattr(
        Training, "gradient", lambda self, *batch: models.append(type(self.model).__name__) or proper(self, *batch)
    )

    main(command_line(finished.data, result, "model=all", "--resume"))

    assert models == ["AttentionVAE"] * 2 * N_BATCHES
    for name in ("vanilla", "attention"):
        assert outcome(result / name) == outcome(finished.result / name)
