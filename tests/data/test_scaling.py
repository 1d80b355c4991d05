import torch

from data.color_space import come_from_ycbcr, to_rgb
from data.coordinates import COLORS, PLACES
from data.scaling import Scaling


def random_points(n: int, rng: torch.Generator) -> torch.Tensor:
    sides = (30, 40, 256, 256, 256)
    return torch.stack([torch.randint(side, (n,), generator=rng) for side in sides], 1)


def test_a_model_sees_the_integers_themselves_as_numbers(torch_rng: torch.Generator):
    scaling, points = Scaling((30, 40)), random_points(5000, torch_rng)

    x = scaling.to_model(points)

    assert x.dtype == torch.float32
    assert torch.equal(x.long(), points)
    assert torch.equal(scaling.to_points(x), points)


def test_colors_from_a_jpeg_come_back_the_same_and_draw_only_others_of_its_kind(torch_rng: torch.Generator):
    scaling, points = Scaling((30, 40), ycbcr=True), random_points(5000, torch_rng)
    points[:, COLORS] = to_rgb(points[:, COLORS])

    anything = scaling.to_points(random_points(5000, torch_rng).float())

    assert torch.equal(scaling.to_points(scaling.to_model(points)), points)
    assert come_from_ycbcr(anything[:, COLORS])


def test_the_colors_of_the_points_tell_how_their_picture_was_stored(torch_rng: torch.Generator):
    points = torch.randint(256, (500, 5), generator=torch_rng)
    in_jpeg = torch.cat([points[:, PLACES], to_rgb(points[:, COLORS])], 1)

    assert Scaling.of_points(points, 256, 300) == Scaling((256, 300))
    assert Scaling.of_points(in_jpeg, 256, 300) == Scaling((256, 300), ycbcr=True)
