import pytest
import torch
from torch.distributions import Normal

from models.vae import log_cell


def log_probs(mean: float, std: float, highest: int) -> torch.Tensor:
    """The log-probability of each integer in 0 ... `highest`."""
    values = torch.arange(highest + 1.0)
    return log_cell(values, values - mean, torch.tensor(std).log(), highest)


@pytest.mark.parametrize("highest", [0, 1, 255])
@pytest.mark.parametrize("mean", [-20.0, 0.0, 128.4, 255.0, 300.0])
@pytest.mark.parametrize("std", [0.1, 1.0, 60.0])
def test_probabilities_sum_to_one_because_the_borders_take_the_tails(mean: float, std: float, highest: int):
    assert log_probs(mean, std, highest).exp().sum().item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("std", [0.3, 4.0, 60.0])
def test_a_probability_is_the_normals_integral_over_the_cell(std: float):
    normal, values = Normal(100.3, std), torch.arange(1.0, 255.0)
    expected = normal.cdf(values + 0.5) - normal.cdf(values - 0.5)

    torch.testing.assert_close(log_probs(100.3, std, 255)[1:-1].exp(), expected, atol=3e-4, rtol=0)


def test_integers_far_from_the_mean_have_finite_log_probabilities_and_gradients():
    mean = torch.tensor([0.0, 250.0], requires_grad=True)

    value = torch.tensor([250.0, 0.0])
    log_cell(value, value - mean, torch.tensor(0.1).log(), 255).sum().backward()

    assert mean.grad.isfinite().all()
    assert mean.grad[0] > 0 > mean.grad[1]
