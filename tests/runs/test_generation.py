import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from utils.program.errors import InputError
from utils.runs.generation import generate, load_fitting_generator
from utils.runs.record import Record
from utils.settings.config import Config


def test_the_points_that_the_generator_draws_are_returned_and_written(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("models.generator.BLOCK", 64)

    points = generate(record.generator, config)

    assert np.array_equal(points, record.generator.sample(config.n_generate, config.seed))
    written = np.load(config.output / "generated.npy")
    assert (written.shape, written.dtype) == ((200, 5), np.int64)
    assert np.array_equal(written, points)


def test_if_generation_fails_nothing_of_earlier_points_stays_beside_the_model(
    config: Config, record: Record, monkeypatch: pytest.MonkeyPatch
):
    """A picture or a verdict of other points would be taken for that of this model."""
    generate(record.generator, config)
    (config.output / "comparison.png").touch()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.generator.scaling.__class__, "quantize", full)
    with pytest.raises(InputError, match=r"generated\.npy: cannot be written \(No space left"):
        generate(record.generator, config)

    assert {path.name for path in config.output.iterdir()} == {"epochs"}


def test_a_saved_model_fits_its_settings_and_its_data(config: Config, record: Record, points: ColoredPoints):
    record.save()

    generator = load_fitting_generator(dataclasses.replace(config, seed=3, epochs=99), points)

    assert np.array_equal(generator.sample(20, seed=1), record.generator.sample(20, seed=1))


@pytest.mark.parametrize(("key", "value"), [("hidden_dim", 64), ("latent_dim", 3), ("n_components", 7)])
def test_a_model_of_another_architecture_is_refused(
    config: Config, record: Record, points: ColoredPoints, key: str, value: int
):
    record.save()
    was = getattr(config, key)

    with pytest.raises(InputError, match=f"was trained with {key}={was}, now it is {value}; set {key}={was}, or train"):
        load_fitting_generator(dataclasses.replace(config, **{key: value}), points)


def test_a_model_of_another_kind_is_refused(config: Config, record: Record, points: ColoredPoints):
    record.save()
    other = dataclasses.replace(config, model="attention")
    config.output.rename(other.output)

    with pytest.raises(InputError, match="was trained with model=vanilla, now it is attention"):
        load_fitting_generator(other, points)


def test_a_model_of_other_data_is_refused(config: Config, record: Record, points: ColoredPoints):
    record.save()
    others = ColoredPoints(torch.flip(points.points, [0]), points.scaling)

    with pytest.raises(InputError, match="was trained on other data"):
        load_fitting_generator(config, others)
