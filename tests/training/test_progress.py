import io
import sys

import pytest

from utils.training.progress import Progress


def run(monkeypatch: pytest.MonkeyPatch, seconds_per_step: float, is_terminal: bool = False, done: int = 0) -> str:
    """What a run of ten steps, of which some are `done` before, prints to a terminal or a file."""
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    clock = iter(i * seconds_per_step for i in range(1000))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(n_steps=10, done=done) as progress:
        for step in range(done, 10):
            progress.advance_to(step + 1)
            if step == 4:
                progress.show("epoch 1: β 0.50")
    return stream.getvalue()


def test_a_log_gets_a_line_from_time_to_time_with_the_time_left(monkeypatch: pytest.MonkeyPatch):
    lines = run(monkeypatch, seconds_per_step=10).splitlines()

    assert 3 <= len(lines) <= 8
    assert len(run(monkeypatch, seconds_per_step=0.01).splitlines()) == 1
    assert lines[0].startswith("2 of 10 steps (20%), ")
    assert lines[0].endswith(" left")
    assert lines[-1] == "10 of 10 steps (100%), done; epoch 1: β 0.50"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch):
    shown = run(monkeypatch, seconds_per_step=10, is_terminal=True)

    assert "\r" in shown
    assert "10/10" in shown
    assert "epoch 1: β 0.50" in shown


def test_the_time_left_after_a_resume_goes_by_the_steps_that_were_taken_since(monkeypatch: pytest.MonkeyPatch):
    lines = run(monkeypatch, seconds_per_step=10, done=5).splitlines()

    # Two steps, and the line itself, looked at the clock: 30 s for two steps, and three are left.
    assert lines[0] == "7 of 10 steps (70%), 00:45 left"
