"""Checkpoints that fit and that do not. Files that are no checkpoint at all are in tests/test_bad_input.py."""

import dataclasses
from typing import Any

import pytest

from data.points import ColoredPoints
from utils.program.errors import InputError
from utils.runs import checkpoint
from utils.runs.checkpoint import read_checkpoint
from utils.runs.record import Record
from utils.settings.config import Config
from utils.training.loop import Training


@pytest.fixture
def saved(record: Record) -> Record:
    record.training.run(record.add)
    return record


def restored(saved: Record, points: ColoredPoints, fingerprint: str = "", **changes: Any) -> Training:
    """A new training, restored from the checkpoint of `saved` under changed settings."""
    config = dataclasses.replace(saved.config, **changes)
    training = Training(saved.training.model, *points.split(config.holdout, config.seed), config)
    read_checkpoint(saved.folder).restore(training, config, fingerprint or saved.fingerprint, saved.folder)
    return training


def test_a_checkpoint_reads_back_as_it_was_written(saved: Record):
    found = read_checkpoint(saved.folder)

    assert Config(**found.config) == saved.config
    assert found.fingerprint == saved.fingerprint
    assert found.epochs == saved.epochs
    assert checkpoint.exists(saved.folder)
    assert not checkpoint.exists(saved.folder / "epochs")


def test_a_run_of_other_settings_is_refused_with_all_that_changed(saved: Record, points: ColoredPoints):
    complaint = r"other settings: learning_rate \(was 0\.004, is 0\.01\), seed \(was 10, is 3\); set them back"

    with pytest.raises(InputError, match=complaint):
        restored(saved, points, learning_rate=0.01, seed=3)


def test_a_run_on_other_data_is_refused(saved: Record, points: ColoredPoints):
    with pytest.raises(InputError, match=r"checkpoint\.pt: belongs to other data than"):
        restored(saved, points, fingerprint="another")


def test_a_run_that_has_more_epochs_already_is_refused(saved: Record, points: ColoredPoints):
    with pytest.raises(InputError, match="has 2 epochs already; set epochs to that or more"):
        restored(saved, points, epochs=1)


def test_what_changes_no_weights_may_change_in_a_resumed_run(
    saved: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str]
):
    free = {"num_workers": 2, "n_generate": 7, "gen_every_epochs": 0, "keep_runs": 3, "epochs": 7}
    assert restored(saved, points, **free, data_path="elsewhere", result_path="elsewhere").step.n_done == 12
    assert capsys.readouterr().out == ""

    restored(saved, points, compile="never")
    assert "compile changed: the last digits may differ" in capsys.readouterr().out
