import math

import pytest

from utils.settings.config import Config
from utils.settings.schedules import StepSettings, averaging_weight, beta_schedule, cosine_decay, cyclical


@pytest.mark.parametrize(
    ("n_cycles", "ratio", "expected"),
    [
        # T = 20, M = 4, R = 0.5: cycles of 5 steps; tau = 0, 0.2, 0.4, 0.6, 0.8; beta is tau / R up to tau = R.
        (4, 0.5, 4 * [0.0, 0.4, 0.8, 1.0, 1.0]),
        # T = 10, M = 3: ceil(T / M) = 4 steps a cycle, tau = 0, 0.3, 0.6, 0.9; the last cycle is cut short.
        (3, 1.0, [0, 0.3, 0.6, 0.9, 0, 0.3, 0.6, 0.9, 0, 0.3]),
        (2, 0.0, 8 * [1.0]),
    ],
)
def test_cyclical_annealing_has_the_values_of_the_papers_definition(n_cycles: int, ratio: float, expected: list[float]):
    n = len(expected)

    assert [cyclical(step, n, n_cycles, ratio) for step in range(n)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "share", "expected"),
    [
        ("cyclical", 1.0, [0, 0.8, 0, 0.8]),
        ("cyclical", 0.5, [0, 0.8, 0.8, 0.8]),
        ("monotonic", 1.0, [0, 0.4, 0.8, 0.8]),
        ("constant", 1.0, [0.8, 0.8, 0.8, 0.8]),
    ],
)
def test_a_schedule_is_chosen_by_name_and_may_end_before_the_run_does(name: str, share: float, expected: list[float]):
    config = Config(annealing=name, n_cycles=round(2 * share), ratio=0.5, annealing_share=share, beta_max=0.8)

    beta = beta_schedule(vars(config), n_steps=4)

    assert [beta(step) for step in range(4)] == pytest.approx(expected)


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
    settings = StepSettings.of(Config(batch_size=batch_size, learning_rate=0.004, weight_decay=0.1, clip_norm=2.0))
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
