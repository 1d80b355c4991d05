"""Gaussian random fields in a cosine basis: functions of a place, with uncertain coefficients."""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

# Tuned, as is where coefficients start (docs/design.md).
SMOOTH_HARMONICS, PATTERN_HARMONICS = 20, 96


class CosineCoefficients(nn.Module):
    """Uncertain coefficients `(*n_fields, functions)` of fields, sum_i scale_i c_i basis_i.

    A priori c_i ~ N(0, 1), and scale_i^2 follows a Matérn spectrum: it is proportional to

        (1 + frequency_i^2 / f^2)^(-e),    and sums to gain^2,

    with gain, f and e learned for each field, so that data with fine detail get fine fields: a reduced-rank Gaussian
    process (Solin & Särkkä 2020, arXiv 1401.5508). Each c_i has a posterior N(mean, std^2), whose KL from the prior is
    part of the loss and keeps fields from memorizing single points (Blundell et al. 2015, arXiv 1505.05424). After
    training, the mean is used.
    """

    lr_scale: ClassVar = {"mean": 3.0, "log_std": 3.0, "spectrum": 4.0}
    squared_frequencies: Tensor

    def __init__(
        self, squared_frequencies: Tensor, n_fields: tuple[int, ...], gain: float, frequency: float, decay: float
    ) -> None:
        super().__init__()
        shape = (*n_fields, len(squared_frequencies))
        self.mean = nn.Parameter(0.5 / gain * torch.randn(shape))
        self.log_std = nn.Parameter(torch.full(shape, -1.5))
        start = torch.tensor([gain, frequency, decay]).log()
        self.spectrum = nn.Parameter(start.view(3, *[1] * len(shape)).repeat(1, *n_fields, 1))
        self.register_buffer("squared_frequencies", squared_frequencies.float(), persistent=False)

    def scale(self, log_relevance: Tensor | float = 0.0) -> Tensor:
        """The scales, of the shape of the coefficients; each is multiplied by its relevance before they are normed."""
        log_gain, log_frequency, log_decay = self.spectrum
        log_square = -log_decay.exp() * torch.log1p(self.squared_frequencies * torch.exp(-2 * log_frequency))
        return torch.exp(0.5 * (log_square + 2 * log_relevance).log_softmax(-1) + log_gain)

    def forward(self, basis: Tensor) -> Tensor:
        """The fields `(*n_fields, n)` where the functions are `basis (..., functions, n)`; drawn in training.

        Each point gets draws of its own, of the sums instead of their coefficients, which makes gradients less noisy:
        Kingma et al. 2015, "Variational dropout and the local reparameterization trick" (arXiv 1506.02557).
        """
        scale = self.scale()
        value = (scale * self.mean) @ basis
        if not self.training:
            return value
        variance = (scale * self.log_std.exp()).square() @ basis.square()
        return value + (variance + 1e-12).sqrt() * torch.randn_like(value)

    def kl(self) -> Tensor:
        """KL of the coefficients' posterior from N(0, 1), in nats for the whole data set."""
        log_variance = 2 * self.log_std
        return 0.5 * ((self.mean.square() + log_variance.exp() - log_variance).sum() - self.mean.numel())


class Fields(nn.Module):
    """Uncertain functions of a place (x, y) in the unit square: `n_smooth` and `n_patterns` of

        smooth(x, y) = sum_jk c_jk cos(pi j x) cos(pi k y),    (j, k) not (0, 0),
        pattern(x, y) = (1 + sum_j a_j cos(pi j u)) (1 + sum_k b_k cos(pi k v)).

    A smooth field has any shape that is not too fine; a pattern is as fine as a few pixels, and regular. For half of
    the patterns u and v are x and y; for the others both diagonals, (x + y) / 2 and (1 + x - y) / 2. The 1 lets a
    pattern along one axis be learned by itself, before there is a product.
    """

    frequencies: Tensor

    def __init__(self, n_smooth: int, n_patterns: int) -> None:
        super().__init__()
        self.smooth = CosineCoefficients(squared_sums(SMOOTH_HARMONICS)[1:], (n_smooth,), 1.0, 4.0, 2.5)
        squares = torch.arange(PATTERN_HARMONICS).square()
        self.along_axes = CosineCoefficients(squares, (4, n_patterns // 2), 1.0, 64.0, 1.0)
        self.register_buffer("frequencies", math.pi * torch.arange(PATTERN_HARMONICS).unsqueeze(1), persistent=False)

    def forward(self, place: Tensor) -> Tensor:
        """The fields `(n, n_smooth + n_patterns)` at the places `(n, 2)`; drawn in training."""
        x, y = place.unbind(1)
        along = torch.stack([x, y, (x + y) / 2, (1 + x - y) / 2]).unsqueeze(1)
        # Points lie along the last axis of all tables, which makes the products of small tables far faster. The factor
        # makes the cosines' mean squares 1.
        cosines = math.sqrt(2) * torch.cos(self.frequencies * along)
        x, y = cosines[:2, :SMOOTH_HARMONICS]
        of_both = (x.unsqueeze(1) * y).flatten(0, 1)[1:]
        row, column, diagonal, other = 1 + self.along_axes(cosines)
        return torch.cat([self.smooth(of_both), row * column, diagonal * other]).T

    def kl(self) -> Tensor:
        """KL of all coefficients' posterior from their prior, in nats for the whole data set."""
        return self.smooth.kl() + self.along_axes.kl()


def squared_sums(n_harmonics: int) -> Tensor:
    """j^2 + k^2 for each pair of harmonics, `(n_harmonics^2,)`; k runs fastest."""
    squares = torch.arange(n_harmonics).square()
    return (squares.unsqueeze(1) + squares).flatten()
