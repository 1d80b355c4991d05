"""What a model sees of the points, and Y, Cb, Cr compared with what Pillow reads back from pictures in JPEG."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from data import COLORS
from data.scaling import Scaling, come_from_ycbcr, to_rgb, to_ycbcr


@pytest.mark.parametrize("how", [{"quality": 92, "subsampling": 0}, {"quality": 75}, {"quality": 20}])
@pytest.mark.parametrize("darkest", [0, 100])
def test_every_color_of_a_jpeg_is_found_again(how: dict[str, int], darkest: int, rng: np.random.Generator):
    """With saturated colors, of which many are cut off, and without."""
    picture, file = rng.integers(darkest, 256, (20, 20, 3), np.uint8).repeat(8, 0).repeat(8, 1), io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", **how)
    colors = torch.from_numpy(np.asarray(Image.open(file)).astype(np.int64)).view(-1, 3)

    assert (to_rgb(to_ycbcr(colors)) == colors).all(1).float().mean() > 0.9995
    assert come_from_ycbcr(colors)


def test_luma_and_chroma_come_back_from_their_color_and_end_at_255_and_grays_have_no_chroma(rng: np.random.Generator):
    ycbcr = torch.cartesian_prod(torch.arange(60, 200, 7), torch.arange(100, 156, 3), torch.arange(100, 156, 3))
    grays = torch.arange(256).unsqueeze(1).expand(256, 3)

    assert torch.equal(to_ycbcr(to_rgb(ycbcr)), ycbcr)
    assert to_ycbcr(grays).tolist() == [[level, 128, 128] for level in range(256)]
    # Of most colors, there are none: a neighbor's have to do.
    colors = torch.from_numpy(rng.integers(256, size=(10_000, 3)))
    assert 1 <= (to_rgb(to_ycbcr(colors)) - colors).abs().max() <= 2
    # Bright reds, which are cut off: of all that give them, the nearest, and no channel beyond 255.
    assert to_ycbcr(torch.tensor([[255, 2, 16], [255, 0, 9]])).tolist() == [[80, 92, 254], [77, 89, 255]]


@pytest.mark.parametrize("ycbcr", [False, True])
def test_points_that_a_model_sees_are_integers_and_come_back_the_same(torch_rng: torch.Generator, ycbcr: bool):
    scaling, x = Scaling((30, 40), ycbcr), torch.randint(256, (5000, 5), generator=torch_rng).float()
    points = scaling.to_points(x)
    seen = scaling.to_model(points)

    assert come_from_ycbcr(points[:, COLORS]) == ycbcr
    assert torch.equal(scaling.to_points(seen), points)
    assert torch.equal(seen, seen.round())
    assert all(0 <= channels.min() <= channels.max() <= 255 for channels in (points[:, COLORS], seen[:, COLORS]))
