"""The density of places: one table of ink for all latents, and a spot of light that each latent throws on it."""

import math
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.choice import choose
from models.fields import COEFFICIENT_SPEED, SHAPE_SPEED, kl_from_standard_normal, matern_scales, squared_sums

# The table has BLOCKS x BLOCKS blocks of FINE x FINE bins. The light is even within a block, so the normalizing
# constant is a sum over blocks.
BLOCKS, FINE = 60, 5
BINS = BLOCKS * FINE
# Tuned (docs/experiments.md): the spot's width and the start.
SPOT_WIDTH = 0.05
GAIN, FREQUENCY, DECAY, SHIFT, LOG_STD = 5.0, 8.0, 2.5, -6.0, -1.5
# A spot that lights a smaller share of all ink counts as if it lit this one: far from sharp ink it lights next to none,
# and what is divided by that becomes infinite. Nothing is drawn from such a spot (`PointVAE.sample`).
LEAST_LIT = 1e-12
# The bins that are never drawn are the faintest, which hold this share of all ink. They are many, and some are far from
# all points: a stray now and then (docs/experiments.md).
HAZE = 1e-3


class Canvas(nn.Module):
    """p(x, y|z) on the unit square, proportional to ink(x, y) * light(x, y|z).

    The ink is shared by all latents. It is capped, so that it is even, and falls freely beyond an edge:

        ink = sigmoid(phi),    phi = shift + sum_jk scale_jk c_jk cos(pi j x) cos(pi k y).

    Coefficients and scales are as in `Fields`, so that ink does not memorize the points. Gain, f, e and shift say how
    sharp, how fine and how full it is, and are learned. So are relevances u_j v_k, with log u_j, log v_k ~ N(0, 1): a
    regular pattern has frequencies of its own (automatic relevance determination, Neal 1996, "Bayesian learning for
    neural networks", section 4.3). A training step draws one table from the posterior for all its points.

    The light is a round spot, exp(-|place - center(z)|^2 / (2 width^2)) with a linear center: z says roughly where.
    """

    cosines: Tensor
    squared_frequencies: Tensor
    block_centers: Tensor

    def __init__(self, latent_dim: int, n_harmonics: int = 128) -> None:
        super().__init__()
        self.center = nn.Linear(latent_dim, 2)
        self.mean = nn.Parameter(0.1 * torch.randn(n_harmonics, n_harmonics) / COEFFICIENT_SPEED)
        self.log_std = nn.Parameter(torch.full((n_harmonics, n_harmonics), LOG_STD / COEFFICIENT_SPEED))
        shape = [math.log(GAIN), math.log(FREQUENCY), math.log(DECAY), SHIFT]
        self.shape = nn.Parameter(torch.tensor(shape) / SHAPE_SPEED)
        self.relevance = nn.Parameter(torch.zeros(2, n_harmonics))
        middle = (torch.arange(BINS).unsqueeze(1) + 0.5) / BINS
        cosines = math.sqrt(2) * torch.cos(math.pi * torch.arange(n_harmonics) * middle)
        cosines[:, 0] = 1
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("squared_frequencies", squared_sums(n_harmonics), persistent=False)
        self.register_buffer("block_centers", (torch.arange(BLOCKS) + 0.5) / BLOCKS, persistent=False)
        with torch.no_grad():
            self.center.bias.fill_(0.5)

    def forward(self, z: Tensor, noise: Tensor | None = None, bin: Tensor | None = None) -> "LitCanvas":
        """The density of places for each latent `z (n, latent_dim)`.

        `noise (n_harmonics, n_harmonics)`, standard normal, draws the table; without it the mean is used. `bin` as in
        `Ink.per_block`.
        """
        return self.lit(self.ink(noise), z, bin)

    def lit(self, ink: "Ink", z: Tensor, bin: Tensor | None = None) -> "LitCanvas":
        """The density of places where each latent lights the `ink`; `bin` as in `Ink.per_block`."""
        return LitCanvas(ink, ink.per_block(bin), *self.log_light(z))

    def kl(self) -> Tensor:
        """KL of the coefficients' posterior from N(0, 1), in nats for the whole data set; -log p(log u, log v)."""
        mean, log_std = COEFFICIENT_SPEED * self.mean, COEFFICIENT_SPEED * self.log_std
        return kl_from_standard_normal(mean, log_std) + 0.5 * (SHAPE_SPEED * self.relevance).square().sum()

    def ink(self, noise: Tensor | None = None) -> "Ink":
        """The table of ink, drawn with `noise`; without it, the mean."""
        log_gain, log_frequency, log_decay, shift = SHAPE_SPEED * self.shape
        rows, columns = SHAPE_SPEED * self.relevance
        relevance = (rows.unsqueeze(1) + columns).flatten()
        scale = matern_scales(self.squared_frequencies, log_gain, log_frequency, log_decay, relevance)
        coefficients = COEFFICIENT_SPEED * self.mean
        if noise is not None:
            coefficients = coefficients + torch.exp(COEFFICIENT_SPEED * self.log_std) * noise
        return Ink(self.cosines, coefficients * scale.view_as(coefficients), shift)

    def log_light(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Logarithms `(n, BLOCKS)` of the spot's two factors, over rows and over columns of blocks."""
        distance = (self.block_centers - self.center(z).unsqueeze(-1)) / SPOT_WIDTH
        log_light = -0.5 * distance.square()
        # The brightest block has light 1 wherever the center is, so a spot beyond the border does not underflow.
        log_light = log_light - log_light.amax(-1, keepdim=True).detach()
        return log_light[:, 0], log_light[:, 1]

    def brightness(self, z: Tensor, ink: "Ink") -> Tensor:
        """How much ink the spot of each latent lights, as a share `(n,)` of what it would light on full ink."""
        row, column = (part.exp() for part in self.log_light(z))
        full = 2 * math.pi * (SPOT_WIDTH * BINS) ** 2 * ink.table.amax()
        return _lit_ink(row, column, ink.per_block()) / full

    def unevenness(self, z: Tensor, weights: Tensor, per_block: Tensor) -> Tensor:
        """How far all spots together are from lighting the ink evenly: chi^2 / 2, about a KL in nats.

        Evenly lit, G(x, y) = E_z[light(x, y|z) / sum(ink * light)] is 1 wherever there is ink, and points drawn from
        the prior show the canvas as it is. `z (2, components, latent_dim)` holds two independent draws from each
        component of the prior, whose `weights (components,)` sum to 1: with two estimates of G, the expectation of
        (G - 1)^2 over the ink has no bias. The ink, `per_block (BLOCKS, BLOCKS)`, gets no gradient.
        """
        ink = (per_block / per_block.sum()).detach()
        row, column = (part.exp() for part in self.log_light(z.flatten(0, 1)))
        share = (weights.repeat(2) / _lit_ink(row, column, ink).clamp(min=LEAST_LIT)).unsqueeze(-1)
        # Two products, for a batch of products with transposed factors is far slower on a CPU.
        halves = zip((row * share).chunk(2), column.chunk(2), strict=True)
        first, second = (rows.T @ columns for rows, columns in halves)
        return 0.5 * (ink * (first - 1) * (second - 1)).sum()


class Ink:
    """A table of ink on `(BINS, BINS)` bins, from its scaled `coefficients (n_harmonics, n_harmonics)` and `shift`."""

    def __init__(self, cosines: Tensor, coefficients: Tensor, shift: Tensor) -> None:
        self.cosines, self.coefficients, self.shift = cosines, coefficients, shift

    @cached_property
    def table(self) -> Tensor:
        """The ink in each bin, indexed [row, column]."""
        return self._table(self.cosines, self.cosines)

    def log_prob(self, place: Tensor, per_block: Tensor) -> Tensor:
        """Log-density `(n,)` of the places `(n, 2)` under even light, given the ink in each block."""
        return self.log_at(*_bins(place)) - per_block.sum().log() + 2 * math.log(BINS)

    def log_at(self, i: Tensor, j: Tensor) -> Tensor:
        """The ink's logarithm `(n,)` in the bins of rows `i (n,)` and columns `j (n,)`."""
        rows, columns = self.cosines[i], self.cosines[j]
        return F.logsigmoid(((rows @ self.coefficients) * columns).sum(-1) + self.shift)

    def per_block(self, bin: Tensor | None = None) -> Tensor:
        """The ink in each block, `(BLOCKS, BLOCKS)`, never 0.

        It is a sum over the block's bins. With a `bin (2,)`, two integers below FINE, that bin of each block stands for
        all of them: with a bin drawn evenly at random the sum has no bias, and costs a fraction.
        """
        if bin is None:
            return self._block_sums
        cosines = self.cosines.unflatten(0, (BLOCKS, FINE))
        ink = self._table(*(cosines.index_select(1, k).squeeze(1) for k in bin.split(1)))
        return FINE * FINE * ink + 1e-30

    def without_haze(self) -> "Ink":
        """Ink to draw from: its `table` is 0 in the faintest bins, which hold `HAZE` of it together, or less."""
        # Compared in eighths of an octave: to sort all bins would take nearly as long as to draw the points.
        below = (8 * (self.table.amax() / self.table.clamp(min=1e-30)).log2()).long()
        as_faint = below.flatten().bincount(weights=self.table.flatten()).flip(0).cumsum(0).flip(0)
        clear = Ink(self.cosines, self.coefficients, self.shift)
        clear.table = torch.where(as_faint[below] > HAZE * as_faint[0], self.table, 0)
        return clear

    @cached_property
    def _block_sums(self) -> Tensor:
        return FINE * FINE * F.avg_pool2d(self.table[None, None], FINE)[0, 0] + 1e-30

    def _table(self, rows: Tensor, columns: Tensor) -> Tensor:
        return torch.sigmoid(rows @ self.coefficients @ columns.T + self.shift)


class LitCanvas:
    """A density on the unit square for each of n latents.

    `ink` and its sums `per_block (BLOCKS, BLOCKS)` are shared; `row` and `column (n, BLOCKS)` are the logarithms of the
    light's factors.
    """

    def __init__(self, ink: Ink, per_block: Tensor, row: Tensor, column: Tensor) -> None:
        self.ink, self.per_block, self.row, self.column = ink, per_block, row, column

    def log_prob(self, place: Tensor) -> Tensor:
        """Log-density `(n,)` of the places `(n, 2)`."""
        i, j = _bins(place)
        row = self.row.gather(1, (i // FINE).unsqueeze(1)).squeeze(1)
        column = self.column.gather(1, (j // FINE).unsqueeze(1)).squeeze(1)
        total = _lit_ink(self.row.exp(), self.column.exp(), self.per_block)
        return self.ink.log_at(i, j) + row + column - total.log() + 2 * math.log(BINS)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One place `(n, 2)` for each latent: a row of blocks, a block of it, a bin of that, and a point in the bin."""
        row, column = self.row.exp(), self.column.exp()
        i = choose(row * (column @ self.per_block.T), rng)
        j = choose(self.per_block[i] * column, rng)
        bins = self.ink.table.unflatten(0, (BLOCKS, FINE)).unflatten(2, (BLOCKS, FINE)).transpose(1, 2)[i, j]
        k = choose(bins.flatten(1), rng)
        corner = torch.stack([i * FINE + k // FINE, j * FINE + k % FINE], dim=1)
        return (corner + torch.rand(corner.shape, generator=rng, device=corner.device)) / BINS


def _bins(place: Tensor) -> tuple[Tensor, Tensor]:
    """The row and the column `(n,)` of the bin that each of the places `(n, 2)` is in."""
    i, j = (place * BINS).long().clamp(0, BINS - 1).unbind(-1)
    return i, j


def _lit_ink(row: Tensor, column: Tensor, ink: Tensor) -> Tensor:
    """The sum of ink times light `(n,)`, from the light's factors `(n, BLOCKS)` and the ink in each block."""
    return ((row @ ink) * column).sum(-1)
