import math

import pytest
import torch

from data.scaling import Scaling


@pytest.mark.parametrize("size", [(300, 300), (1, 1), (4000, 7), (65_500, 65_500)])
def test_integers_come_back_as_the_same_integers(size: tuple[int, int], torch_rng: torch.Generator):
    scaling = Scaling.of_picture(*size)
    points = torch.stack([torch.randint(n, (50_000,), generator=torch_rng) for n in scaling.size], dim=1)

    x = scaling.dequantize(points, torch_rng)

    assert x.dtype == torch.float32
    assert x.min() > 0
    assert x.max() < 1
    assert torch.equal(scaling.quantize(x), points)


def test_a_point_is_spread_evenly_over_its_cell(torch_rng: torch.Generator):
    scaling = Scaling.of_picture(10, 10)
    points = torch.full((100_000, 5), 3)

    places = scaling.dequantize(points, torch_rng)[:, 0] * 10 - 3

    shares = torch.histc(places, bins=4, min=0, max=1) / len(places)
    assert torch.allclose(shares, torch.full((4,), 0.25), atol=0.01)


def test_the_borders_of_the_unit_cube_are_inside_the_picture():
    scaling = Scaling.of_picture(30, 40)

    assert scaling.quantize(torch.zeros(1, 5)).tolist() == [[0, 0, 0, 0, 0]]
    assert scaling.quantize(torch.ones(1, 5)).tolist() == [[29, 39, 255, 255, 255]]


def test_log_cells_is_the_cost_of_a_uniform_guess():
    assert Scaling.of_picture(30, 40).log_cells == pytest.approx(math.log(30 * 40 * 256**3))
