import pytest
import torch

from models.colors import ColorHead, ColorMixture, typical_colors


def head(ycbcr: bool) -> ColorHead:
    torch.manual_seed(0)
    return ColorHead(4, ycbcr)


def test_probabilities_of_all_colors_sum_to_one_and_draws_are_as_frequent(torch_rng: torch.Generator):
    """Of two components near the borders, whose mass lies in a corner of 20 x 20 x 20 colors."""
    mean = torch.tensor([[0.5, 4.0], [3.0, 6.0], [253.0, 250.0]])
    log_std = torch.tensor([[2.0, 1.0], [1.5, 0.1], [1.0, 2.0]]).log()
    slope = torch.tensor([[0.5, -0.5], [0.0, 0.3], [-0.5, 0.2]])
    parts = torch.tensor([[0.0, 0.7]]), mean[None], log_std[None], slope[None]
    corner = torch.tensor([0.0, 0.0, 236.0])
    colors = torch.cartesian_prod(*[torch.arange(20.0)] * 3) + corner
    probabilities = ColorMixture(*parts).log_prob(colors).exp()

    repeated = [part.expand(200_000, *part.shape[1:]) for part in parts]
    drawn = (ColorMixture(*repeated).sample(torch_rng) - corner).long()

    assert probabilities.sum().item() == pytest.approx(1, abs=1e-3)
    assert ((drawn >= 0) & (drawn < 20)).float().mean() > 0.9995
    drawn = drawn.clamp(0, 19)
    shares = torch.bincount(drawn @ torch.tensor([400, 20, 1]), minlength=8000) / len(drawn)
    assert 0.5 * (shares - probabilities).abs().sum() < 0.04


@pytest.mark.parametrize("ycbcr", [False, True])
def test_a_quarter_of_a_new_heads_components_are_exact_grays(ycbcr: bool, torch_rng: torch.Generator):
    """Even after a step of Adam, which moves means by a level; whatever the hidden vector."""
    colors, h = head(ycbcr), torch.randn(4000, 4, generator=torch_rng)
    light = torch.randint(1, 256, (4000, 1), generator=torch_rng)
    almost_gray = torch.cat([light, *[torch.full_like(light, 127) if ycbcr else light - 1] * 2], 1)
    optimizer = torch.optim.Adam(colors.parameters(), lr=0.004)
    (-colors(h).log_prob(almost_gray)).mean().backward()
    optimizer.step()

    first, second, third = colors(h).sample(torch_rng).unbind(1)

    is_gray = (second == third) & (second == (128 if ycbcr else first))
    assert is_gray.float().mean().item() == pytest.approx(4 / 16, abs=0.06)
    assert first[is_gray].std() > 20


@pytest.mark.parametrize("ycbcr", [False, True])
def test_a_color_head_begins_around_typical_colors_of_which_a_rare_one_is_one(ycbcr: bool, torch_rng: torch.Generator):
    """Of four colors, where five components look for one each."""
    palette = torch.tensor([[250.0, 250, 250], [200, 30, 60], [20, 90, 180], [250, 200, 20]])
    colors = palette[torch.tensor([0] * 500 + [1] * 300 + [2] * 195 + [3] * 5)]
    new = head(ycbcr)

    new.start_from(colors)

    means = new(torch.zeros(1, 4)).mean[0, :, :5].T
    assert torch.cdist(palette, means).amin(1).max() < 0.1
    assert torch.cdist(means, palette).amin(1).max() < 0.1
    noise = torch.randn(colors.shape, generator=torch_rng)
    assert torch.cdist(palette, typical_colors(colors + noise, 4)).amin(1).max() < 2
