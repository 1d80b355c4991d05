import pytest
import torch

from models.colors import ColorHead, ColorMixture, typical_colors


@pytest.fixture
def mixture() -> ColorMixture:
    """Two components whose channels follow each other, near the borders, for one point."""
    mean = torch.tensor([[0.5, 4.0], [3.0, 6.0], [253.0, 250.0]])
    log_std = torch.tensor([[2.0, 1.0], [1.5, 0.1], [1.0, 2.0]]).log()
    slope = torch.tensor([[0.5, -0.5], [0.0, 0.3], [-0.5, 0.2]])
    return ColorMixture(torch.tensor([[0.0, 0.7]]), mean[None], log_std[None], slope[None])


def repeated(mixture: ColorMixture, n: int) -> ColorMixture:
    return ColorMixture(*(part.expand(n, *part.shape[1:]) for part in vars(mixture).values()))


def head(ycbcr: bool) -> ColorHead:
    torch.manual_seed(0)
    return ColorHead(4, ycbcr)


def test_probabilities_of_all_colors_sum_to_one_and_draws_are_as_frequent(
    mixture: ColorMixture, torch_rng: torch.Generator
):
    """All but a ten-thousandth of the mass lies in a corner of 20 x 20 x 20 colors."""
    corner = torch.tensor([0.0, 0.0, 236.0])
    colors = torch.cartesian_prod(*[torch.arange(20.0)] * 3) + corner
    probabilities = mixture.log_prob(colors).exp()

    drawn = (repeated(mixture, 200_000).sample(torch_rng) - corner).long()

    assert probabilities.sum().item() == pytest.approx(1, abs=1e-3)
    assert ((drawn >= 0) & (drawn < 20)).float().mean() > 0.9995
    drawn = drawn.clamp(0, 19)
    shares = torch.bincount(drawn @ torch.tensor([400, 20, 1]), minlength=8000) / len(drawn)
    assert 0.5 * (shares - probabilities).abs().sum() < 0.04


def test_a_new_head_gives_every_color_a_probability(torch_rng: torch.Generator):
    h = torch.randn(200, 4, generator=torch_rng)
    colors = torch.randint(256, (200, 3), generator=torch_rng).float()
    grays = colors[:, :1].expand(200, 3)

    assert head(ycbcr=False)(h).log_prob(colors).isfinite().all()
    assert (head(ycbcr=False)(h).log_prob(grays) > -16).all()


@pytest.mark.parametrize("after_a_step", [False, True])
def test_a_quarter_of_a_new_heads_components_are_exact_grays(after_a_step: bool, torch_rng: torch.Generator):
    """Also after a step of Adam, which moves means by a level, whatever the hidden vector."""
    colors = head(ycbcr=False)
    h = torch.randn(4000, 4, generator=torch_rng)
    if after_a_step:
        optimizer = torch.optim.Adam(colors.parameters(), lr=0.004)
        almost_gray = torch.randint(256, (4000, 1), generator=torch_rng) - torch.tensor([0.0, 1.0, 1.0])
        (-colors(h).log_prob(almost_gray.clamp(min=0))).mean().backward()
        optimizer.step()

    red, green, blue = colors(h).sample(torch_rng).unbind(1)

    is_gray = (red == green) & (red == blue)
    assert is_gray.float().mean().item() == pytest.approx(4 / 16, abs=0.06)
    assert red[is_gray].std() > 20


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
    new = head(ycbcr)

    new.start_from(colors)

    means = new(torch.zeros(1, 4)).mean[0, :, :5].T
    torch.testing.assert_close(means, typical_colors(colors, 5), atol=1e-2, rtol=0)
