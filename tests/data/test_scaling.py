import math

import pytest
import torch

from data.color_space import come_from_ycbcr, to_rgb
from data.coordinates import COLORS, PLACES
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


def test_colors_from_a_jpeg_come_back_the_same_and_draw_only_others_of_its_kind(torch_rng: torch.Generator):
    scaling = Scaling.of_picture(30, 40, ycbcr=True)
    points = torch.stack([torch.randint(n, (5000,), generator=torch_rng) for n in scaling.size], dim=1)
    points[:, COLORS] = to_rgb(points[:, COLORS])

    anything = scaling.quantize(torch.rand(5000, 5, generator=torch_rng))

    assert torch.equal(scaling.quantize(scaling.dequantize(points, torch_rng)), points)
    assert come_from_ycbcr(anything[:, COLORS])


def test_the_colors_of_the_points_tell_how_their_picture_was_stored(torch_rng: torch.Generator):
    points = torch.randint(256, (500, 5), generator=torch_rng)
    in_jpeg = torch.cat([points[:, PLACES], to_rgb(points[:, COLORS])], 1)

    assert not Scaling.of_points(points, 256, 256).ycbcr
    assert Scaling.of_points(in_jpeg, 256, 256).ycbcr


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
