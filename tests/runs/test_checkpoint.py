"""Checkpoints that fit and that do not. Files that are no checkpoint at all are in tests/test_doors.py."""

import dataclasses
from typing import Any

import pytest

from data.points import ColoredPoints
from utils.program.errors import InputError
from utils.runs.checkpoint import read_checkpoint
from utils.runs.record import Record
from utils.training.loop import Training


@pytest.fixture
def saved(record: Record) -> Record:
    record.training.run(record.add)
    return record


def restored(saved: Record, points: ColoredPoints, fingerprint: str = "", **changes: Any) -> Training:
    """A new training, restored from the checkpoint of `saved` under changed settings."""
    config = dataclasses.replace(saved.config, **changes)
    training = Training(saved.training.model, *points.split(config.holdout, config.seed), config)
    read_checkpoint(saved.folder).restore(training, config, fingerprint or saved.fingerprint)
    return training


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"learning_rate": 0.01, "seed": 3},
            r"other settings: learning_rate \(was 0\.004, is 0\.01\), seed \(was 10, is 3\); set them back",
        ),
        ({"fingerprint": "another"}, r"checkpoint\.pt: belongs to other data than"),
        ({"epochs": 1}, "has 2 epochs already; set epochs to that or more"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(
    saved: Record, points: ColoredPoints, changes: dict[str, Any], complaint: str
):
    with pytest.raises(InputError, match=complaint):
        restored(saved, points, **changes)


def test_what_changes_no_weights_may_change_in_a_resumed_run(
    saved: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str]
):
    free = {"num_workers": 2, "n_generate": 7, "gen_every_epochs": 0, "keep_runs": 3, "epochs": 7}
    assert restored(saved, points, **free, data_path="elsewhere").step.n_done == 12
    assert capsys.readouterr().out == ""

    restored(saved, points, compile="never")
    assert "compile changed: the last digits may differ" in capsys.readouterr().out
