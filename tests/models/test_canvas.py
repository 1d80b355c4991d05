import math

import pytest
import torch

from data.scaling import Scaling
from models.canvas import BINS, BLOCKS, FINE, HAZE, SHAPE_SPEED, Canvas, LitCanvas
from models.vanilla import VanillaVAE


@pytest.fixture
def canvas() -> Canvas:
    """A canvas whose ink is neither even nor all dark."""
    torch.manual_seed(0)
    canvas = Canvas(latent_dim=3, n_harmonics=8)
    with torch.no_grad():
        canvas.mean.normal_(0, 0.4)
    return canvas


def on_all_bins(lit: LitCanvas) -> torch.Tensor:
    """The density of the first latent at the middle of each bin, `(BINS, BINS)`."""
    middle = (torch.arange(BINS) + 0.5) / BINS
    places = torch.stack(torch.meshgrid(middle, middle, indexing="ij"), -1).view(-1, 2)
    light = (part[:1].expand(len(places), -1) for part in (lit.row, lit.column))
    one = LitCanvas(lit.ink, lit.per_block, *light)
    return one.log_prob(places).exp().view(BINS, BINS)


def test_the_density_of_places_integrates_to_one(canvas: Canvas, torch_rng: torch.Generator):
    density = on_all_bins(canvas(torch.randn(1, 3, generator=torch_rng)))

    assert density.mean().item() == pytest.approx(1, abs=1e-4)


def test_draws_have_the_density(canvas: Canvas, torch_rng: torch.Generator):
    z = torch.randn(1, 3, generator=torch_rng)
    expected = on_all_bins(canvas(z)).view(BLOCKS, FINE, BLOCKS, FINE).mean((1, 3)) / BLOCKS**2

    places = canvas(z.expand(200_000, 3)).sample(torch_rng)

    block = (places * BLOCKS).long()
    shares = torch.bincount(block[:, 0] * BLOCKS + block[:, 1], minlength=BLOCKS**2) / len(places)
    assert 0.5 * (shares - expected.flatten()).abs().sum().item() < 0.05
    assert places.min() >= 0
    assert places.max() < 1


def test_the_light_is_a_spot_around_the_center_of_its_latent(canvas: Canvas):
    with torch.no_grad():
        canvas.center.weight.zero_()
        canvas.center.bias.copy_(torch.tensor([0.25, 0.75]))
        canvas.mean.zero_()

    density = on_all_bins(canvas(torch.zeros(1, 3)))

    row, column = divmod(int(density.argmax()), BINS)
    assert abs(row / BINS - 0.25) < 0.02
    assert abs(column / BINS - 0.75) < 0.02


def test_a_spot_beyond_the_border_still_lights_something(canvas: Canvas):
    with torch.no_grad():
        canvas.center.bias.fill_(40.0)

    assert torch.isfinite(canvas(torch.zeros(1, 3)).log_prob(torch.full((1, 2), 0.99))).all()


def test_ink_is_even_where_it_is_full_and_falls_freely_beyond_an_edge(canvas: Canvas):
    with torch.no_grad():
        canvas.shape[0] += 1.0

    log_ink = canvas.ink().table.log()

    assert log_ink.max() <= 0
    assert (log_ink > -0.1).float().mean() > 0.1
    assert log_ink.min() < -10


def test_the_kl_is_that_of_normals(canvas: Canvas):
    from torch.distributions import Normal, kl_divergence

    posterior = Normal(3 * canvas.mean, torch.exp(3 * canvas.log_std))

    assert canvas.kl().item() == pytest.approx(kl_divergence(posterior, Normal(0.0, 1.0)).sum().item(), rel=1e-4)


def test_a_frequency_of_more_relevance_weighs_more(canvas: Canvas):
    without = canvas.ink().coefficients, canvas.kl()
    with torch.no_grad():
        canvas.relevance[0, 3] = math.log(2) / SHAPE_SPEED

    ratio = canvas.ink().coefficients / without[0]

    # All are scaled alike afterwards, so that the sum of the scales' squares stays.
    assert ratio[3, 0].item() == pytest.approx(2 * ratio[2, 0].item(), rel=1e-4)
    assert (canvas.kl() - without[1]).item() == pytest.approx(0.5 * math.log(2) ** 2, abs=1e-2)


def test_noise_draws_another_table_and_none_takes_the_mean(canvas: Canvas, torch_rng: torch.Generator):
    noise = torch.randn(canvas.mean.shape, generator=torch_rng)

    mean = canvas.ink().table
    assert torch.equal(canvas.ink(torch.zeros_like(noise)).table, mean)
    assert not torch.allclose(canvas.ink(noise).table, mean)


def test_the_ink_at_single_bins_is_that_of_the_table(canvas: Canvas, torch_rng: torch.Generator):
    i, j = torch.randint(BINS, (2, 500), generator=torch_rng)

    torch.testing.assert_close(canvas.ink().log_at(i, j), canvas.ink().table[i, j].log(), atol=1e-4, rtol=1e-4)


def test_evenly_lit_the_ink_is_a_density(canvas: Canvas):
    middle = (torch.arange(BINS) + 0.5) / BINS
    places = torch.stack(torch.meshgrid(middle, middle, indexing="ij"), -1).view(-1, 2)
    ink = canvas.ink()

    density = ink.log_prob(places, ink.per_block()).exp()

    assert density.mean().item() == pytest.approx(1, abs=1e-4)
    torch.testing.assert_close(density / density.max(), ink.table.flatten() / ink.table.max())


def test_one_bin_stands_for_its_block_without_bias(canvas: Canvas):
    """The ink of a block is its bins' sum: the mean over all bins that may stand for it."""
    ink = canvas.ink()
    estimates = [ink.per_block(torch.tensor([a, b])) for a in range(FINE) for b in range(FINE)]

    torch.testing.assert_close(torch.stack(estimates).mean(0), ink.per_block())
    torch.testing.assert_close(estimates[1 * FINE + 3] / FINE**2, ink.table[1::FINE, 3::FINE])


def test_lights_that_cover_the_canvas_are_more_even_than_one_spot(canvas: Canvas, torch_rng: torch.Generator):
    with torch.no_grad():
        canvas.center.weight.copy_(torch.eye(3)[:2])
    everywhere = torch.rand(2, 400, 3, generator=torch_rng) - 0.5
    weights = torch.full((400,), 1 / 400)
    ink = canvas.ink().per_block()

    even = canvas.unevenness(everywhere, weights, ink)
    spot = canvas.unevenness(torch.zeros(2, 400, 3), weights, ink)

    assert even < 0.2 * spot


def test_a_spot_far_from_all_ink_has_finite_unevenness_and_gradients(torch_rng: torch.Generator):
    canvas = Canvas(latent_dim=2, n_harmonics=8)
    fill_left_half(canvas, elsewhere=0.0)
    spots = torch.rand(2, 4, 2, generator=torch_rng)
    spots[:, 0] = torch.tensor([0.5, 3.0])
    spots.requires_grad_()

    uneven = canvas.unevenness(spots, torch.full((4,), 0.25), canvas.ink().per_block())
    uneven.backward()

    assert uneven.isfinite()
    assert spots.grad.isfinite().all()


def fill_left_half(canvas: Canvas, elsewhere: float) -> None:
    """Full ink in the left half and ink of `elsewhere` in the right; each latent is the center of its spot."""
    ink = canvas.ink()
    ink.table = torch.full((BINS, BINS), elsewhere)
    ink.table[:, : BINS // 2] = 1.0
    canvas.ink = lambda noise=None: ink  # type: ignore[method-assign]
    with torch.no_grad():
        canvas.center.weight.copy_(torch.eye(2))
        canvas.center.bias.fill_(0.0)


def test_the_brightness_of_a_spot_is_the_share_of_its_light_that_finds_ink():
    """Ink fills the left half: a spot within it is fully bright, one on the edge half, one far beyond not at all."""
    canvas = Canvas(latent_dim=2, n_harmonics=8)
    fill_left_half(canvas, elsewhere=1e-13)

    brightness = canvas.brightness(torch.tensor([[0.5, 0.25], [0.5, 0.5], [0.5, 0.75]]), canvas.ink())

    assert brightness.tolist() == pytest.approx([1, 0.5, 0], abs=0.04)


def test_the_faintest_ink_is_not_drawn(canvas: Canvas):
    ink = canvas.ink()

    clear = ink.without_haze()

    missing = clear.table == 0
    assert torch.equal(clear.table[~missing], ink.table[~missing])
    assert ink.table[missing].max() <= ink.table[~missing].min()
    assert 0.5 * HAZE < ink.table[missing].sum() / ink.table.sum() <= HAZE


def test_no_point_strays_into_haze(torch_rng: torch.Generator):
    """Spots on the edge of full ink light as much of the haze beyond."""
    model = VanillaVAE(hidden_dim=16, latent_dim=2, n_components=2, scaling=Scaling.of_picture(60, 60))
    fill_left_half(model.decoder.canvas, elsewhere=0.9 * HAZE)
    with torch.no_grad():
        model.prior.mean.fill_(0.5)
        model.prior.log_std.fill_(-5.0)

    straight, cut = model.decode(torch.full((20_000, 2), 0.5)).sample(torch_rng), model.sample(20_000, torch_rng)

    assert (straight[:, 1] > 0.5).any()
    assert (cut[:, 1] <= 0.5).all()


def test_latents_that_light_nothing_are_drawn_again(torch_rng: torch.Generator):
    """Half of the prior's latents light no ink; no point comes from them."""
    model = VanillaVAE(hidden_dim=16, latent_dim=2, n_components=2, scaling=Scaling.of_picture(60, 60))
    canvas = model.decoder.canvas
    fill_left_half(canvas, elsewhere=6e-6)
    with torch.no_grad():
        model.prior.mean.copy_(torch.tensor([[0.5, 0.25], [0.5, 0.85]]))
        model.prior.log_std.fill_(-5.0)

    places = model.sample(1000, torch_rng)[:, 1]

    assert (places < 0.5).all()
    assert places.std() < 0.1
