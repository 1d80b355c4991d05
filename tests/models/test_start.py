import pytest
import torch

from models.colors import ColorHead, typical_colors


def test_a_rare_color_is_typical_too_and_colors_that_are_no_more_keep_their_place(torch_rng: torch.Generator):
    palette = torch.tensor([[250.0, 250, 250], [200, 30, 60], [20, 90, 180], [250, 200, 20]])
    colors = palette[torch.tensor([0] * 500 + [1] * 300 + [2] * 195 + [3] * 5)]
    noise = torch.randn(colors.shape, generator=torch_rng)

    centers = typical_colors(colors + noise, 4)

    assert torch.cdist(palette, centers).amin(1).max() < 2
    assert torch.cdist(typical_colors(colors, 9), palette).amin(1).max() < 1e-3


@pytest.mark.parametrize("ycbcr", [False, True])
def test_a_color_head_begins_around_typical_colors(ycbcr: bool, torch_rng: torch.Generator):
    colors = 255 * torch.rand(500, 3, generator=torch_rng)
    head = ColorHead(4, ycbcr)

    head.start_from(colors)

    means = head(torch.zeros(1, 4)).mean[0, :, :5].T
    torch.testing.assert_close(means, typical_colors(colors, 5), atol=1e-2, rtol=0)
