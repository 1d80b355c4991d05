"""Whole runs that are stopped or killed, and what is left of them."""

import multiprocessing
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from quick import Finished, command_line, outcome

from main import main
from utils.system.program import Interrupted, run_program
from utils.training.checkpoint import TrainingFile, read_checkpoint
from utils.training.loop import Training

# Steps per epoch of the quick run: 270 training points in batches of 50.
N_BATCHES = 6
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts its runs by fork, for speed")
pytestmark = [pytest.mark.usefixtures("only_points"), needs_fork]


def run_in_a_process(arguments: list[str], prepare: Callable[[], object] = lambda: None) -> int | None:
    """The exit status of a run in a process of its own, which calls `prepare` first."""
    process = multiprocessing.get_context("fork").Process(target=lambda: (prepare(), run_program(main, arguments)))
    process.start()
    process.join()
    return process.exitcode


def before(n: int, name: str, number: int = signal.SIGKILL) -> None:
    """From now on in this process, `number` comes before the `n`-th "step", or `n`-th file `name` is in its place."""
    owner, method = (Training, "gradient") if name == "step" else (os, "replace")
    proper, calls = getattr(owner, method), []

    def counting(source: object, target: object, *more: object) -> object:
        calls.extend([1] * (name == "step" or Path(str(target)).name == name))
        if len(calls) == n:
            os.kill(os.getpid(), number)
        return proper(source, target, *more)

    setattr(owner, method, counting)


@pytest.mark.parametrize(
    ("n", "name"),
    [(1, "checkpoint.pt"), (N_BATCHES + 3, "step"), (1, "epoch_002.png"), (2, "checkpoint.pt"), (1, "generated.npy")],
)
def test_a_run_killed_at_any_moment_resumes_to_the_same_bytes(finished: Finished, tmp_path: Path, n: int, name: str):
    out, arguments = tmp_path / "attention", command_line(finished.data, tmp_path)

    assert run_in_a_process(arguments, lambda: before(n, name)) == -signal.SIGKILL
    assert not (out / "generated.npy").exists()
    was_saved = (out / "checkpoint.pt").exists()
    assert was_saved == ((n, name) != (1, "checkpoint.pt"))

    assert run_in_a_process([*arguments, *["--resume"] * was_saved]) == 0
    assert outcome(out) == outcome(finished.result / "attention")


@pytest.mark.parametrize(("name", "num_workers"), [("SIGTERM", 0), ("SIGINT", 2), ("SIGHUP", 0), ("SIGUSR1", 0)])
def test_a_run_asked_to_stop_saves_tells_how_to_continue_and_resumes_to_the_same_bytes(
    finished: Finished, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, num_workers: int
):
    """Workers or not, and stopped or not, the run must come to the bytes of the one without either."""
    out, arguments = tmp_path / "attention", command_line(finished.data, tmp_path, f"num_workers={num_workers}")
    number = getattr(signal, name)

    assert run_in_a_process(arguments, lambda: before(N_BATCHES + 2, "step", number)) == 128 + number

    assert re.search("stopped after 1 epochs; to continue: .* --resume\n$", capfd.readouterr().err)
    assert read_checkpoint(out)["training"]["step"] == N_BATCHES + 2
    assert {path.name for path in out.iterdir()} == {*TrainingFile}

    assert run_in_a_process([*arguments, "--resume"]) == 0
    assert outcome(out) == outcome(finished.result / "attention")


def test_a_run_under_nohup_goes_on_when_its_terminal_closes(finished: Finished, tmp_path: Path):
    def prepare() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        before(N_BATCHES + 2, "step", signal.SIGHUP)

    assert run_in_a_process(command_line(finished.data, tmp_path), prepare) == 0


@pytest.mark.parametrize(
    ("step", "last", "words"),
    [
        ("training.loop.Training.compile", "compile=always", "nothing was trained; to start again"),
        ("runs.steps.judge", "--resume", "the model is saved; to draw and judge"),
        ("runs.steps.judge", "retrain=false", "the model is saved; to draw and judge"),
    ],
)
def test_a_run_stopped_before_or_after_its_training_tells_how_to_go_on(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, last: str, words: str
):
    monkeypatch.setattr(f"utils.{step}", Mock(side_effect=Interrupted(signal.SIGTERM)))

    with pytest.raises(Interrupted, match=f"{words}: .* {last}") as stopped:
        main(command_line(finished.data, finished.copied(tmp_path / "result"), last))
    assert stopped.value.number == signal.SIGTERM


def test_of_two_models_the_one_begun_is_resumed_and_the_other_trained(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As if the run had been stopped before the second model began."""
    result = finished.copied(tmp_path / "result")
    (result / "attention" / "checkpoint.pt").unlink()
    starts, proper = [], Training.run
    monkeypatch.setattr(Training, "run", lambda self, *more: starts.append(self.step) or proper(self, *more))

    main(command_line(finished.data, result, "model=all", "--resume"))

    assert starts == [2 * N_BATCHES, 0]
    for name in ("vanilla", "attention"):
        assert outcome(result / name) == outcome(finished.result / name)
