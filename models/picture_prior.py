"""A prior as sharp as the data can tell: a learned density on the latent plane."""

import math
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.fields import CosineCoefficients, squared_sums
from models.priors import Prior

# Of each of the two coordinates. The density is normalized and sampled on BINS x BINS bins, in blocks of FINE x FINE.
HARMONICS, BINS, FINE = 128, 300, 5
REACH = 2.55  # the square's, to either side of 0: a little further than the picture, which ends at 2.5 (`PointVAE`)
TAIL_MASS = 1e-3  # the share in the bins of lowest density, which sampling drops: a stray point now and then


class PicturePrior(Prior):
    """p(z) proportional to sigmoid(phi(z)) on a square, phi a Gaussian random field in a cosine basis:

        phi(z) = shift + sum_jk scale_jk c_jk cos(pi j u) cos(pi k v),    (u, v) = z on the unit square.

    The sigmoid caps the density, so that it is even inside of a shape, and falls freely beyond its edge. Scales are
    those of `CosineCoefficients` times relevances a_j b_k, with log a_j, log b_k ~ N(0, 1): a regular pattern has
    frequencies of its own (automatic relevance determination: Neal 1996, "Bayesian learning for neural networks",
    section 4.3). A training step draws one phi from the posterior for all its points.

    Beyond an edge the cosines mirror the square. The density there is divided between a place and its mirror image, by
    sigmoid(160 times the distance from the edge), so that it integrates to 1 over the plane.
    """

    is_sharp = True
    lr_scale: ClassVar = {"shift": 4.0, "log_relevance": 4.0}

    def __init__(self, latent_dim: int = 2, n_components: int = 1) -> None:
        super().__init__(latent_dim)
        # Where both start is tuned (docs/design.md).
        self.coefficients = CosineCoefficients(squared_sums(HARMONICS), (), gain=5.0, frequency=8.0, decay=2.5)
        self.shift = nn.Parameter(torch.tensor(-6.0))
        self.log_relevance = nn.Parameter(torch.zeros(2, HARMONICS))
        norm = torch.tensor([1.0] + [math.sqrt(2)] * (HARMONICS - 1))
        self.norm = nn.Buffer(torch.outer(norm, norm), persistent=False)  # makes mean squares of all products 1
        self.frequencies = nn.Buffer(math.pi * torch.arange(HARMONICS), persistent=False)
        self.cosines = nn.Buffer(self._basis((torch.arange(BINS) + 0.5) / BINS), persistent=False)

    def log_prob(self, z: Tensor) -> Tensor:
        rows = columns = self.cosines
        if self.training:
            # One bin stands for its block. With a bin drawn evenly at random the sum has no bias, and costs a fraction.
            blocks = self.cosines.unflatten(0, (-1, FINE))
            drawn = torch.randint(FINE, (2,), device=z.device)
            rows, columns = (blocks.index_select(1, k).squeeze(1) for k in drawn.split(1))
        scaled, u = self._scaled(), z / (2 * REACH) + 0.5
        phi = ((self._basis(u[:, 0]) @ scaled) * self._basis(u[:, 1])).sum(-1) + self.shift
        mass = self._table(scaled, rows, columns).mean()
        inside = F.logsigmoid(160 * (REACH - z.abs())).sum(-1)
        return F.logsigmoid(phi) + inside - (mass + 1e-30).log() - 2 * math.log(2 * REACH)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws `(n, 2)` from the density without its lowest bins, which hold `TAIL_MASS` of it."""
        density = self._table(self._scaled(), self.cosines, self.cosines).detach().flatten()
        # NumPy sorts three times as fast as PyTorch.
        ascending = torch.from_numpy(np.sort(density.cpu().numpy()))
        mass = ascending.cumsum(0, dtype=torch.double)
        density[density < ascending[torch.searchsorted(mass, TAIL_MASS * mass[-1])].item()] = 0
        cumulative = density.cumsum(0, dtype=torch.double)
        level = torch.rand(n, generator=rng, device=rng.device, dtype=torch.double) * cumulative[-1]
        bin = torch.searchsorted(cumulative, level, right=True).clamp(max=BINS * BINS - 1)
        corner = torch.stack([bin // BINS, bin % BINS], 1)
        u = (corner + torch.rand(corner.shape, generator=rng, device=rng.device)) / BINS
        return REACH * (2 * u - 1)

    def parameter_kl(self) -> Tensor:
        # A tempered posterior (Wenzel et al. 2020, arXiv 2002.02405), because with full weight edges are soft. Tuned.
        return 0.6 * self.coefficients.kl() + 0.5 * self.log_relevance.square().sum()

    def _scaled(self) -> Tensor:
        """scale_jk c_jk `(HARMONICS, HARMONICS)`, of c drawn from its posterior in training, of its mean after."""
        relevance = (self.log_relevance[0].unsqueeze(1) + self.log_relevance[1]).flatten()
        scale = self.coefficients.scale(relevance)
        c: Tensor = self.coefficients.mean
        if self.training:
            c = c + self.coefficients.log_std.exp() * torch.randn_like(c)
        return (scale * c).view(HARMONICS, HARMONICS) * self.norm

    def _table(self, scaled: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """sigmoid(phi) `(k, k)` on a grid with cosines `rows` and `columns (k, HARMONICS)`."""
        return torch.sigmoid(rows @ scaled @ columns.T + self.shift)

    def _basis(self, u: Tensor) -> Tensor:
        """The cosines `(n, HARMONICS)` at `u (n,)` in [0, 1]."""
        return torch.cos(u.unsqueeze(-1) * self.frequencies)
