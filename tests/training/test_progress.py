import io
import sys

import pytest

from utils.training.loop import Progress


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_log_gets_lines_and_a_terminal_gets_a_bar_with_the_losses_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
):
    """The time left goes by the steps since a resume, here after step 5 of 10: 10 s each."""
    stream, clock = io.StringIO(), [0.0]
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(n_steps=10, done=5) as progress:
        for step in range(6, 11):
            clock[0] += 10
            progress.set_postfix_str(f"epoch {step}", refresh=False)
            progress.update()

    shown = stream.getvalue()
    assert ("\r" in shown, "10/10" in shown) == (is_terminal, is_terminal)
    assert "epoch 10" in shown
    if not is_terminal:
        assert "7 of 10 steps (70%), 00:30 left, epoch 7" in shown.splitlines()
        assert not any(line.startswith(("6", "8")) for line in shown.splitlines()), "at least 15 s lie between lines"
