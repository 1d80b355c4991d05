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


@pytest.mark.parametrize(("n_steps", "scale"), [(100, 1), (10_000, 1), (400, 0.25), (400, 4)])
def test_the_average_is_mostly_of_the_last_tenth_of_all_steps_whatever_their_number_and_size(
    n_steps: int, scale: float
):
    average = 0.0
    for n_done in range(1, n_steps + 1):
        is_late = n_done > 0.9 * n_steps
        average += averaging_weight(n_done, scale) * (is_late - average)

    assert average == pytest.approx(1 - 0.9**9, abs=0.03)


@pytest.mark.parametrize("batch_size", [1, 16, 1000])
def test_a_point_does_the_same_in_batches_of_any_size(batch_size: int):
    def per_point(size: int) -> list[float]:
        """Half-lives of Adam's means in points; squared steps and decay of one; the longest gradient; the warm-up."""
        its = StepSettings(Config(batch_size=size, weight_decay=0.1))
        half_lives = [-size / math.log2(beta) for beta in its.betas]
        noise, decay = its.learning_rate**2 / size, its.learning_rate * its.weight_decay / size
        return [*half_lives, noise, decay, its.clip_norm * math.sqrt(size), its.warmup * size]

    assert per_point(batch_size) == pytest.approx(per_point(200))
