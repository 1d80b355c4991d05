import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from utils.evaluation.evaluate import evaluate
from utils.evaluation.verdict import Evaluation
from utils.runs.record import Record
from utils.runs.run import Run
from utils.session import generate, judge, load, load_fitting_generator, new_run
from utils.settings.config import Config, load_config
from utils.system.errors import InputError


def test_the_points_that_the_generator_draws_are_kept_and_written(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("models.generator.BLOCK", 64)
    run = new_run(config, record.generator, points, {})

    generate(run)

    assert np.array_equal(run.samples, record.generator.sample(config.n_generate, config.seed))
    written = np.load(config.output / "generated.npy")
    assert (written.shape, written.dtype) == ((200, 5), np.int64)
    assert np.array_equal(written, run.samples)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "."),
        ({"seed": 3}, "seed3_n200"),
        ({"n_generate": 7}, "seed10_n7"),
        ({"n_generate": 7, "retrain": True}, "."),
    ],
)
def test_other_points_of_a_trained_model_have_a_folder_of_their_own(
    config: Config, record: Record, points: ColoredPoints, changes: dict[str, Any], name: str
):
    today = dataclasses.replace(config, **{"retrain": False} | changes)

    generate(new_run(today, record.generator, points, {}))

    folder = config.output / name
    assert len(np.load(folder / "generated.npy")) == today.n_generate
    assert name == "." or load_config(folder / "config.yaml") == today


def test_if_generation_fails_nothing_of_earlier_points_stays_beside_the_model(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    """A picture or a verdict of other points would be taken for that of this model."""
    run = new_run(config, record.generator, points, {})
    generate(run)
    (config.output / "comparison.png").touch()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.generator.scaling.__class__, "to_points", full)
    with pytest.raises(InputError, match=r"generated\.npy: cannot be written \(No space left"):
        generate(run)

    assert {path.name for path in config.output.iterdir()} == {"epochs"}


def test_further_points_that_the_evaluation_asks_for_are_not_those_of_the_run(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    run, further = new_run(config, record.generator, points, {}), []

    def asks(*points: np.ndarray, draw_more: Callable[[int], np.ndarray]) -> Evaluation:
        further.extend((draw_more(200), draw_more(200)))
        return evaluate(*points)

    monkeypatch.setattr("utils.session.evaluate", asks)
    generate(run)

    judge(run)

    for one, other in itertools.combinations([run.samples, *further], 2):
        assert (one == other).all(1).mean() < 0.1


def test_settings_of_the_training_stay_true_but_for_what_is_drawn_today_and_where(
    config: Config, record: Record, points: ColoredPoints
):
    record.training.run(record.add)
    today = dataclasses.replace(config, seed=3, n_generate=7, retrain=False, epochs=99, learning_rate=0.5)

    run = load(today, points)

    assert run.config == dataclasses.replace(config, seed=3, n_generate=7, retrain=False)
    assert run.settings == dataclasses.asdict(run.config)
    assert np.array_equal(run.generator.sample(20, seed=1), record.generator.sample(20, seed=1))
    assert run.history["epoch"].tolist() == [1, 2]


@pytest.mark.parametrize(("key", "value"), [("hidden_dim", 64), ("prior", "normal"), ("model", "attention")])
def test_a_model_of_another_kind_is_refused(
    config: Config, record: Record, points: ColoredPoints, key: str, value: int | str
):
    record.save()
    other, was = dataclasses.replace(config, **{key: value}), getattr(config, key)
    config.output.rename(other.output)

    with pytest.raises(InputError, match=f"was trained with {key}={was}, now it is {value}; set {key}={was}, or train"):
        load_fitting_generator(other, points)


def test_a_model_of_other_data_is_refused(config: Config, record: Record, points: ColoredPoints):
    record.save()
    others = ColoredPoints(torch.flip(points.points, [0]), points.scaling)

    with pytest.raises(InputError, match="was trained on other data"):
        load_fitting_generator(config, others)


@pytest.mark.parametrize("content", [None, "epoch,beta\n1,2\n", "a history of nothing\n1\n"])
def test_a_history_that_is_missing_or_lacks_columns_is_refused(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "history.csv").write_text(content)

    with pytest.raises(InputError, match=r"history\.csv: .*train again"):
        _ = Run(tmp_path).history


def test_means_belong_to_the_points_that_are_shown(
    record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.runs.run.MOST_SHOWN", 30)
    run = Run(record.folder, generator=record.generator, data=points)

    assert run.shown.shape == (30, 5)
    assert run.means.shape == (30, 2)
    assert np.array_equal(run.map.means, run.means[:, run.map.latents])
    assert run.map is run.map, "the map is computed once"
