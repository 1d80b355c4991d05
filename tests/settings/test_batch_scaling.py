"""What a point does to the weights should not depend on how many others are in its batch."""

import math

import pytest

from utils.settings.config import Config
from utils.settings.schedules import StepSettings


def per_point(batch_size: int) -> dict[str, float]:
    """What the rule keeps, of each of the settings."""
    config = Config(batch_size=batch_size, learning_rate=0.004, weight_decay=0.1, clip_norm=2.0)
    settings = StepSettings.of(config)
    return {
        "half-life of Adam's mean, in points": batch_size / -math.log2(settings.betas[0]),
        "half-life of Adam's squares, in points": batch_size / -math.log2(settings.betas[1]),
        "sum of squared steps, per point": settings.learning_rate**2 / batch_size,
        "decay of a weight, per point": settings.learning_rate * settings.weight_decay / batch_size,
        "longest gradient, in units of its noise": settings.clip_norm * math.sqrt(batch_size),
        "warm-up, in points": settings.warmup * batch_size,
    }


@pytest.mark.parametrize("batch_size", [1, 16, 150, 1000])
def test_a_point_does_the_same_in_batches_of_any_size(batch_size: int):
    assert per_point(batch_size) == pytest.approx(per_point(200))
    # A gradient's length is that over 200 points, or a batch.
    length_decay = StepSettings.of(Config(batch_size=batch_size)).length_decay
    assert batch_size / (1 - length_decay) == pytest.approx(max(200, batch_size))


def test_settings_for_batches_of_200_are_taken_as_they_are():
    config = Config(batch_size=200, learning_rate=0.0037, weight_decay=0.13, clip_norm=0.7)

    assert StepSettings.of(config) == StepSettings(1.0, 0.0037, (0.9, 0.99), 0.13, 0.7, 0.0, 50.0)
