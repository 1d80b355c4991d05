"""Densities on [0, 1], each with `log_prob` and `sample`, so that one can replace another."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data.coordinates import COLORS, N_COLORS, N_PLACES, PLACES
from models.layers import LinearEach

# The networks begin with weights this much smaller than usual: near a flat histogram, and with normals evenly spread.
INITIAL_SCALE = 0.1
# No normal is narrower than half a level of 256: below, a density only counts integers. None is wider than the range.
LOG_STD_RANGE = (-6, 1)


class Histogram:
    """A piecewise constant density on [0, 1], free to have hard edges.

    `logits (..., bins)`: bin j has probability softmax(logits)_j, spread evenly over [j, j + 1) / bins.
    """

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits
        self.bins = logits.shape[-1]

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-density `(...)` of `value (...)`."""
        bin = (value * self.bins).long().clamp(0, self.bins - 1).unsqueeze(-1)
        chosen = self.logits.gather(-1, bin).squeeze(-1)
        return chosen - self.logits.logsumexp(-1) + math.log(self.bins)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One draw `(...)` from each density."""
        bin = _choose(self.logits, rng)
        return (bin + torch.rand(bin.shape, generator=rng, device=bin.device)) / self.bins


class NormalMixture:
    """A mixture of normals, sum_k w_k N(mean_k, std_k^2) with w = softmax(logits).

    `logits`, `mean` and `log_std` are `(..., components)` each. A draw outside of [0, 1] is moved to the border.
    Bishop 1994, "Mixture density networks".
    """

    def __init__(self, logits: Tensor, mean: Tensor, log_std: Tensor) -> None:
        self.logits, self.mean, self.log_std = logits, mean, log_std

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-density `(...)` of `value (...)`."""
        standardized = (value.unsqueeze(-1) - self.mean) * torch.exp(-self.log_std)
        log_joint = self.logits - 0.5 * standardized.square() - self.log_std
        return log_joint.logsumexp(-1) - self.logits.logsumexp(-1) - 0.5 * math.log(2 * math.pi)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One draw `(...)` from each density."""
        component = _choose(self.logits, rng).unsqueeze(-1)
        mean, log_std = (parameter.gather(-1, component).squeeze(-1) for parameter in (self.mean, self.log_std))
        noise = torch.randn(mean.shape, generator=rng, device=mean.device)
        return (mean + log_std.exp() * noise).clamp(0, 1)


class Independent:
    """The product of a density of places and a density of colors.

    `places` is a density of shape `(n, 2)`, `colors` one of shape `(n, 3)`.
    """

    def __init__(self, places: Histogram, colors: NormalMixture) -> None:
        self.places, self.colors = places, colors

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density `(n,)` of the points `x (n, 5)`."""
        return self.places.log_prob(x[:, PLACES]).sum(-1) + self.colors.log_prob(x[:, COLORS]).sum(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each."""
        return torch.cat([self.places.sample(rng), self.colors.sample(rng)], dim=1)


class PointHead(nn.Module):
    """Map the hidden vector of each coordinate to the density of that coordinate.

    Places x and y get histograms, because the edges of a glyph are sharp. Their logits are sums of `n_harmonics`
    cosines, so that neighboring bins share what they learn. With a `level`, the logits of y saturate at `level`; below
    `-level` they keep falling, because the background holds no points. Colors r, g, b get mixtures of `n_normals`
    normals. The defaults were tuned (docs/experiments.md).
    """

    def __init__(
        self,
        width: int,
        level: float | None = None,
        n_bins: int = 150,
        n_harmonics: int = 32,
        n_normals: int = 10,
    ) -> None:
        super().__init__()
        self.level = level
        self.place = LinearEach(N_PLACES, width, n_harmonics)
        self.color = LinearEach(N_COLORS, width, 3 * n_normals)
        centers = (torch.arange(n_bins) + 0.5) / n_bins
        harmonics = torch.arange(1, n_harmonics + 1).unsqueeze(-1)
        self.register_buffer("cosines", torch.cos(math.pi * harmonics * centers), persistent=False)
        with torch.no_grad():
            self.place.weight.mul_(INITIAL_SCALE)
            self.color.weight.mul_(INITIAL_SCALE)
            logits, mean, log_std = self.color.bias.view(N_COLORS, 3, n_normals).unbind(1)
            mean.copy_(torch.linspace(0.05, 0.95, n_normals))
            log_std.fill_(-2.5)

    def forward(self, h: Tensor) -> Independent:
        """The densities of all five coordinates, from `h (n, 5, width)`."""
        return Independent(self.places(h[:, PLACES]), self.colors(h[:, COLORS]))

    def places(self, h: Tensor, which: slice = slice(0, N_PLACES)) -> Histogram:
        """The densities `(n, k)` of the k places `which`, from `h (n, k, width)`."""
        logits = 2 * self.place(h, which) @ self.cosines
        if self.level is None:
            return Histogram(logits)
        # `which` may hold x alone, y alone, or both: y is what follows the first coordinate of all.
        x, y = logits[:, : 1 - which.start], logits[:, 1 - which.start :]
        y = self.level * torch.tanh(y / self.level) - 2 * F.softplus(-y - self.level / 2)
        return Histogram(torch.cat([x, y], dim=1))

    def colors(self, h: Tensor, which: slice = slice(0, N_COLORS)) -> NormalMixture:
        """The densities `(n, k)` of the k colors `which`, from `h (n, k, width)`."""
        logits, mean, log_std = self.color(h, which).unflatten(-1, (3, -1)).unbind(-2)
        return NormalMixture(logits, mean, log_std.clamp(*LOG_STD_RANGE))


def _choose(logits: Tensor, rng: torch.Generator) -> Tensor:
    """An index `(...)` drawn with the probabilities softmax(logits), `logits (..., choices)`.

    By inversion of the cumulative distribution, which takes one random number per draw; `torch.multinomial` takes one
    per choice.
    """
    cumulative = logits.softmax(-1).cumsum(-1)
    level = torch.rand((*logits.shape[:-1], 1), generator=rng, device=logits.device) * cumulative[..., -1:]
    return torch.searchsorted(cumulative, level, right=True).squeeze(-1).clamp(max=logits.shape[-1] - 1)
