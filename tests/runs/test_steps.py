"""The steps of a run around its training, and the lines that it prints."""

import dataclasses
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from data.points import ColoredPoints, read_points
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.run import FreshRun, Run
from utils.runs.steps import describe_result, describe_training, generate, suggestion
from utils.settings.config import Config, load_config
from utils.system.errors import InputError
from utils.training.checkpoint import Record


def test_points_and_steps_are_counted_and_few_steps_are_warned_of(record: Record):
    line, warning = describe_training(record.training).splitlines()

    assert "270 points, 30 held out, 6 steps per epoch, 12 in all" in line
    assert warning.startswith("these are few steps")
    record.training.n_steps = 500
    assert "few steps" not in describe_training(record.training)


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "."), ({"seed": 3}, "seed3_n200"), ({"n_generate": 70, "retrain": True}, ".")],
)
def test_other_points_of_a_trained_model_have_a_folder_and_settings_of_their_own(
    config: Config, record: Record, changes: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
):
    """The settings of the training stay true, but for what is drawn today and where."""
    # Of which there are several.
    monkeypatch.setattr("models.generator.BLOCK", 64)
    record.training.run(record.add)
    today = dataclasses.replace(config, **{"retrain": False} | changes)

    folder, samples = generate(record.generator, dataclasses.replace(today, epochs=99, learning_rate=0.5))

    run = Run(str(folder))
    assert folder == config.output / name
    assert (run.samples.shape, run.samples.dtype) == ((today.n_generate, 5), np.int64)
    assert np.array_equal(samples, run.generator.sample(today.n_generate, today.seed))
    assert name == "." or load_config(folder / "config.yaml") == today
    assert run.history["epoch"].tolist() == [1, 2]


def test_if_generation_fails_nothing_of_earlier_points_stays_beside_the_model(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    """A picture or a verdict of other points would be taken for that of this model."""
    generate(record.generator, config)
    (config.output / "comparison.png").touch()

    full = Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr(record.generator.scaling.__class__, "to_points", full)
    with pytest.raises(InputError, match=r"generated\.npy: cannot be written"):
        generate(record.generator, config)

    assert {path.name for path in config.output.iterdir()} == {"epochs"}


def test_a_run_without_an_epoch_has_no_history(record: Record):
    record.save()

    with pytest.raises(InputError, match=r"vanilla: .* train again"):
        _ = Run(record.folder).history


def test_means_belong_to_the_points_that_are_shown(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.runs.run.MOST_SHOWN", 30)
    record.save()
    run = FreshRun(config.output, points, Evaluation())

    assert run.shown.shape == (30, 5)
    # Of an untrained model, the map is the picture.
    assert np.corrcoef(run.map.means[:, 1], run.shown[:, 0])[0, 1] > 0.99


def test_the_result_is_a_sentence_then_files_then_the_table_then_losses():
    losses = {"heldout_reconstruction": 14.5, "heldout_kl": 3.25, "no_latent_loss": 20.17, "one_normal_loss": 20.4}
    model = losses | {"heldout_iwae": -17.5, "active_units": 4}
    run = Evaluation({"off_support": Measured(0.011, 0.007, 0.5)}, model=model)

    printed = " ".join(describe_result(Path("there/attention"), run).split())

    parts = [run.conclusion, "files in there/attention/", "report.html", run.table, "17.75 nats", "latent 20.17"]
    places = [printed.index(" ".join(part.split())) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("data", "settings", "command"),
    [
        ("bundled", {"model": "vanilla"}, " main.py seed=3 model=all "),
        ("bundled", {"model": "all"}, " -m data.from_picture "),
        ("theirs", {"model": "all"}, " main.py seed=3 retrain=False n_generate=100000 "),
        ("theirs", {"model": "vanilla", "retrain": False}, " main.py seed=3 model=all "),
        ("theirs", {"model": "vanilla", "n_generate": 200_000}, " main.py seed=3 model=all "),
    ],
)
def test_next_come_more_points_of_ones_own_data_or_all_models_or_data_of_ones_own(
    data: str, settings: dict[str, object], command: str
):
    fingerprint = read_points(Config.data_path).fingerprint() if data == "bundled" else data

    assert command in suggestion(Config(**settings), fingerprint, ["seed=3"])
