import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from utils.program.errors import InputError
from utils.run import results_folder
from utils.runs.generation import generate, load_fitting_generator
from utils.runs.record import Record
from utils.settings.config import Config, load_config


def test_the_points_that_the_generator_draws_are_returned_and_written(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("models.generator.BLOCK", 64)

    points = generate(record.generator, config)

    assert np.array_equal(points, record.generator.sample(config.n_generate, config.seed))
    written = np.load(config.output / "generated.npy")
    assert (written.shape, written.dtype) == ((200, 5), np.int64)
    assert np.array_equal(written, points)


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
    config: Config, record: Record, changes: dict[str, Any], name: str
):
    generator, folder = record.generator, config.output / name
    today = dataclasses.replace(config, **{"retrain": False} | changes)

    generate(generator, today)

    assert results_folder(today, generator) == folder
    assert len(np.load(folder / "generated.npy")) == today.n_generate
    assert name == "." or load_config(folder / "config.yaml") == today


def test_if_generation_fails_nothing_of_earlier_points_stays_beside_the_model(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    """A picture or a verdict of other points would be taken for that of this model."""
    generate(record.generator, config)
    (config.output / "comparison.png").touch()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.generator.scaling.__class__, "to_points", full)
    with pytest.raises(InputError, match=r"generated\.npy: cannot be written \(No space left"):
        generate(record.generator, config)

    assert {path.name for path in config.output.iterdir()} == {"epochs"}


def test_a_saved_model_fits_its_settings_and_its_data(config: Config, record: Record, points: ColoredPoints):
    record.save()

    generator = load_fitting_generator(dataclasses.replace(config, seed=3, epochs=99), points)

    assert np.array_equal(generator.sample(20, seed=1), record.generator.sample(20, seed=1))


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
