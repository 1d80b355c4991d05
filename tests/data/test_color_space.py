"""Y, Cb, Cr, compared with what Pillow reads back from pictures in JPEG."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from data.color_space import come_from_ycbcr, to_rgb, to_ycbcr


def read_back(picture: np.ndarray, **how: int) -> torch.Tensor:
    """The colors `(n, 3)` of `picture (height, width, 3)` after it was stored as JPEG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", **how)
    return torch.from_numpy(np.asarray(Image.open(file)).astype(np.int64)).view(-1, 3)


@pytest.mark.parametrize("how", [{"quality": 92, "subsampling": 0}, {"quality": 75}, {"quality": 20}])
@pytest.mark.parametrize("darkest", [0, 100])
def test_every_color_of_a_jpeg_is_found_again(how: dict[str, int], darkest: int, rng: np.random.Generator):
    """With saturated colors, of which many are cut off, and without."""
    colors = read_back(rng.integers(darkest, 256, (20, 20, 3), np.uint8).repeat(8, 0).repeat(8, 1), **how)

    again = to_rgb(to_ycbcr(colors))

    assert (again == colors).all(1).float().mean() > 0.9995
    assert come_from_ycbcr(colors)


def test_luma_and_chroma_come_back_from_their_color():
    ycbcr = torch.cartesian_prod(torch.arange(60, 200, 7), torch.arange(100, 156, 3), torch.arange(100, 156, 3))

    assert torch.equal(to_ycbcr(to_rgb(ycbcr)), ycbcr)


def test_grays_have_no_chroma():
    grays = torch.arange(256).unsqueeze(1).expand(256, 3)

    assert to_ycbcr(grays).tolist() == [[level, 128, 128] for level in range(256)]
    assert come_from_ycbcr(grays)


def test_most_colors_never_come_from_a_jpeg(torch_rng: torch.Generator):
    colors = torch.randint(256, (10_000, 3), generator=torch_rng)
    again = to_rgb(to_ycbcr(colors))

    assert not come_from_ycbcr(colors)
    assert 0.2 < (again == colors).all(1).float().mean() < 0.3
    assert (again - colors).abs().max() <= 2
