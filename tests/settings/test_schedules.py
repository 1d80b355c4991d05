import math

import pytest

from utils.settings.config import Config
from utils.settings.schedules import StepSettings, averaging_weight, beta_schedule, cosine_decay


@pytest.mark.parametrize(
    ("name", "n_cycles", "ratio", "share", "expected"),
    [
        # T = 20, M = 4, R = 0.5: cycles of 5 steps; tau = 0, 0.2, 0.4, 0.6, 0.8; beta is tau / R up to tau = R.
        ("cyclical", 4, 0.5, 1, 4 * [0.0, 0.4, 0.8, 1.0, 1.0]),
        # T = 10, M = 3: ceil(T / M) = 4 steps a cycle, tau = 0, 0.3, 0.6, 0.9; the last cycle is cut short.
        ("cyclical", 3, 1.0, 1, [0, 0.3, 0.6, 0.9, 0, 0.3, 0.6, 0.9, 0, 0.3]),
        ("cyclical", 2, 0.0, 1, 8 * [1.0]),
        ("cyclical", 2, 0.5, 0.5, [0, 1, 0, 1, 1, 1, 1, 1]),
        ("monotonic", 2, 0.5, 1, [0, 0.5, 1, 1]),
        ("constant", 2, 0.5, 1, [1, 1, 1, 1]),
    ],
)
def test_beta_has_the_values_of_the_papers_definitions_in_the_share_of_the_run_that_annealing_takes(
    name: str, n_cycles: int, ratio: float, share: float, expected: list[float]
):
    config = Config(annealing=name, n_cycles=n_cycles, ratio=ratio, annealing_share=share, beta_max=0.8)

    beta = beta_schedule(config, n_steps=len(expected))

    assert [beta(step) / 0.8 for step in range(len(expected))] == pytest.approx(expected)


def test_the_learning_rate_warms_up_and_decays_to_zero():
    shares = [cosine_decay(step, 1000, warmup=10) for step in range(1001)]

    assert shares[0] == pytest.approx(0.1)
    assert shares[500] == pytest.approx(0.5)
    assert shares[1000] == pytest.approx(0)
    assert max(shares) == shares[9]


def average_of(values: list[float], scale: float = 1.0) -> float:
    """The moving average of weights that are `values` after each step."""
    average = 0.0
    for n_done, value in enumerate(values, 1):
        average += averaging_weight(n_done, scale) * (value - average)
    return average


def test_the_average_is_mostly_of_the_last_tenth_of_all_steps_whatever_their_number():
    for n in (100, 10_000):
        of_last_tenth = average_of([float(step >= 0.9 * n) for step in range(n)])
        assert of_last_tenth == pytest.approx(1 - 0.9**9, abs=0.03)


def test_steps_of_a_quarter_of_the_size_average_over_as_many_points():
    """From the second tenth of the steps on, the weights are 1."""
    many, few = (average_of([float(step >= n / 10) for step in range(n)], 100 / n) for n in (400, 100))

    assert 1 - many == pytest.approx(1 - few, rel=0.1, abs=1e-6)


def per_point(batch_size: int) -> dict[str, float]:
    """What the rule keeps, of each of the settings."""
    settings = StepSettings(Config(batch_size=batch_size, learning_rate=0.004, weight_decay=0.1, clip_norm=2.0))
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
    length_decay = StepSettings(Config(batch_size=batch_size)).length_decay
    assert batch_size / (1 - length_decay) == pytest.approx(max(200, batch_size))


def test_settings_for_batches_of_200_are_taken_as_they_are():
    config = Config(batch_size=200, learning_rate=0.0037, weight_decay=0.13, clip_norm=0.7)

    assert [*vars(StepSettings(config)).values()] == [1.0, 0.0037, (0.9, 0.99), 0.13, 0.7, 0.0, 50.0]
