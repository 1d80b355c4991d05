"""Functions of a place, smooth ones and patterns: sums of cosines with uncertain coefficients."""

import math

import torch
from torch import Tensor, nn

# Adam moves every parameter by about the same amount per step. These parameters are stored divided by these factors, so
# that they move faster. Tuned, as are the numbers of harmonics and the start (docs/experiments.md).
COEFFICIENT_SPEED, SHAPE_SPEED = 3.0, 4.0
SMOOTH_HARMONICS, PATTERN_HARMONICS = 24, 96
SMOOTH_FREQUENCY, SMOOTH_DECAY = 4.0, 2.5
PATTERN_FREQUENCY, PATTERN_DECAY = 64.0, 1.0
LOG_STD = -1.5


class Fields(nn.Module):
    """Uncertain functions of a place (x, y) in the unit square: `n_smooth` and `n_patterns` of

        smooth(x, y) = sum_jk c_jk cos(pi j x) cos(pi k y),    (j, k) not (0, 0),
        pattern(x, y) = (1 + sum_j a_j cos(pi j u)) (1 + sum_k b_k cos(pi k v)).

    All the sums are `UncertainSums`. A smooth field has any shape that is not too fine; a pattern is as fine as a few
    pixels, and regular: what repeats along u, times what repeats along v. For half of the patterns these are x and y;
    for the others (x + y) / 2 and (1 + x - y) / 2, both diagonals. With the ones, what repeats along one of them can be
    learned alone, before there is a product. A checkerboard, too, is a sum of waves along the diagonals.
    """

    frequencies: Tensor

    def __init__(self, n_smooth: int, n_patterns: int) -> None:
        super().__init__()
        self.n_smooth, self.n_draws = n_smooth, n_smooth + 2 * n_patterns
        self.register_buffer("frequencies", math.pi * torch.arange(PATTERN_HARMONICS).unsqueeze(1), persistent=False)
        self.smooth = UncertainSums(squared_sums(SMOOTH_HARMONICS)[1:], (n_smooth,), SMOOTH_FREQUENCY, SMOOTH_DECAY)
        squares = torch.arange(PATTERN_HARMONICS).square().float()
        # For each of x, y and both diagonals.
        self.repeating = UncertainSums(squares, (4, n_patterns // 2), PATTERN_FREQUENCY, PATTERN_DECAY)

    def forward(self, place: Tensor, noise: Tensor | None = None) -> Tensor:
        """The fields `(n, n_smooth + n_patterns)` at the places `(n, 2)`; drawn with `noise (n, n_draws)`, if any."""
        x, y = place.unbind(1)
        along = torch.stack([x, y, (x + y) / 2, (1 + x - y) / 2]).unsqueeze(1)
        # Points lie along the last axis of all tables, which makes the products of small tables far faster. The factor
        # makes the cosines' mean squares 1.
        cosines = math.sqrt(2) * torch.cos(self.frequencies * along)
        x, y = cosines[:2, :SMOOTH_HARMONICS]
        of_both = (x.unsqueeze(1) * y).flatten(0, 1)[1:]
        of_smooth = of_patterns = None
        if noise is not None:
            of_smooth, of_patterns = noise.T.tensor_split([self.n_smooth])
            of_patterns = of_patterns.unflatten(0, (4, -1))
        row, column, diagonal, other = 1 + self.repeating(cosines, of_patterns)
        return torch.cat([self.smooth(of_both, of_smooth), row * column, diagonal * other]).T

    def kl(self) -> Tensor:
        """KL of all coefficients' posterior from their prior, in nats for the whole data set."""
        return self.smooth.kl() + self.repeating.kl()


class UncertainSums(nn.Module):
    """Sums of functions with uncertain coefficients: sum_i scale_i c_i basis_i.

    `n_sums` is `(sums,)`, all of the same functions; or `(sets, sums)`, those of each set of functions of its own.

    A priori c_i ~ N(0, 1), and scale_i is one of `matern_scales`; gain, f and e are learned for each sum, so that data
    with fine detail get fine sums. Each c_i has a posterior N(mean, std^2), whose KL from the prior is part of the
    loss, which keeps sums from memorizing single points: Blundell et al. 2015, "Weight uncertainty in neural networks"
    (arXiv 1505.05424). After training, the mean is used.
    """

    squared_frequencies: Tensor

    def __init__(self, squared_frequencies: Tensor, n_sums: tuple[int, ...], frequency: float, decay: float) -> None:
        super().__init__()
        shape = (*n_sums, len(squared_frequencies))
        self.mean = nn.Parameter(0.5 * torch.randn(shape) / COEFFICIENT_SPEED)
        self.log_std = nn.Parameter(torch.full(shape, LOG_STD / COEFFICIENT_SPEED))
        start = (0.0, math.log(frequency), math.log(decay))
        self.shape = nn.Parameter(torch.stack([torch.full((*n_sums, 1), v / SHAPE_SPEED) for v in start]))
        self.register_buffer("squared_frequencies", squared_frequencies, persistent=False)

    def forward(self, basis: Tensor, noise: Tensor | None = None) -> Tensor:
        """The sums `(sets, sums, n)` of `basis (sets, functions, n)`; drawn with normal `noise` of their shape.

        Each point gets draws of its own, of the sums instead of their coefficients, which makes gradients less noisy:
        Kingma et al. 2015, "Variational dropout and the local reparameterization trick" (arXiv 1506.02557).
        """
        scale = matern_scales(self.squared_frequencies, *(SHAPE_SPEED * self.shape))
        value = (scale * COEFFICIENT_SPEED * self.mean) @ basis
        if noise is None:
            return value
        variance = (scale * torch.exp(COEFFICIENT_SPEED * self.log_std)).square() @ basis.square()
        return value + (variance + 1e-12).sqrt() * noise

    def kl(self) -> Tensor:
        """KL of the coefficients' posterior from N(0, 1), in nats for the whole data set."""
        return kl_from_standard_normal(COEFFICIENT_SPEED * self.mean, COEFFICIENT_SPEED * self.log_std)


def squared_sums(n_harmonics: int) -> Tensor:
    """j^2 + k^2 for each pair of harmonics, `(n_harmonics^2,)`; k runs fastest."""
    squares = torch.arange(n_harmonics).square()
    return (squares.unsqueeze(1) + squares).flatten().float()


def matern_scales(
    squared_frequencies: Tensor,
    log_gain: Tensor,
    log_frequency: Tensor,
    log_decay: Tensor,
    log_relevance: Tensor | None = None,
) -> Tensor:
    """Coefficients' standard deviations, for their `squared_frequencies`, j^2 + k^2, along the last axis.

    They are proportional to relevance (1 + (j^2 + k^2) / f^2)^(-e / 2), and the sum of their squares is gain^2. The
    shape is that of a Matérn process.
    """
    log_square = -log_decay.exp() * torch.log1p(squared_frequencies * torch.exp(-2 * log_frequency))
    if log_relevance is not None:
        log_square = log_square + 2 * log_relevance
    return torch.exp(0.5 * log_square.log_softmax(-1) + log_gain)


def kl_from_standard_normal(mean: Tensor, log_std: Tensor) -> Tensor:
    """The sum of KL(N(mean, std^2) || N(0, 1)) in nats."""
    log_variance = 2 * log_std
    return 0.5 * ((mean.square() + log_variance.exp() - log_variance).sum() - mean.numel())
