import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.points import ColoredPoints
from utils.evaluation.verdict import Evaluation
from utils.runs.run import FreshRun, Run
from utils.runs.steps import generate
from utils.settings.config import Config, load_config
from utils.system.errors import InputError
from utils.training.checkpoint import Record


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "."),
        ({"seed": 3}, "seed3_n200"),
        ({"n_generate": 7}, "seed10_n7"),
        ({"n_generate": 7, "retrain": True}, "."),
    ],
)
def test_other_points_of_a_trained_model_have_a_folder_and_settings_of_their_own(
    config: Config, record: Record, changes: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
):
    """The settings of the training stay true, but for what is drawn today and where."""
    monkeypatch.setattr("models.generator.BLOCK", 64)
    record.training.run(record.add)
    today = dataclasses.replace(config, **{"retrain": False} | changes)

    folder, samples = generate(record.generator, dataclasses.replace(today, epochs=99, learning_rate=0.5))

    run = Run(str(folder))
    assert folder == config.output / name
    assert (run.samples.shape, run.samples.dtype) == ((today.n_generate, 5), np.int64)
    assert np.array_equal(samples, run.generator.sample(today.n_generate, today.seed))
    assert name == "." or load_config(folder / "config.yaml") == run.config == today
    assert run.history["epoch"].tolist() == [1, 2]
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.folder = Path()  # type: ignore[misc]


def test_if_generation_fails_nothing_of_earlier_points_stays_beside_the_model(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    """A picture or a verdict of other points would be taken for that of this model."""
    generate(record.generator, config)
    (config.output / "comparison.png").touch()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.generator.scaling.__class__, "to_points", full)
    with pytest.raises(InputError, match=r"generated\.npy: cannot be written"):
        generate(record.generator, config)

    assert {path.name for path in config.output.iterdir()} == {"epochs"}


@pytest.mark.parametrize("content", [None, "epoch,beta\n1,2\n", "a history of nothing\n1\n"])
def test_a_history_that_is_missing_or_lacks_columns_is_refused(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "history.csv").write_text(content)

    with pytest.raises(InputError, match=r"history\.csv: .*train again"):
        _ = Run(tmp_path).history


def test_means_belong_to_the_points_that_are_shown(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.runs.run.MOST_SHOWN", 30)
    record.save()
    run = FreshRun(config.output, points, Evaluation())

    assert run.shown.shape == (30, 5)
    assert run.means.shape == (30, 2)
    assert np.array_equal(run.map.means, run.means[:, run.map.latents])
