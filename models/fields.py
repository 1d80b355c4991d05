"""Smooth functions of a place: sums of cosines with uncertain coefficients."""

import math

import torch
from torch import Tensor, nn

# Adam moves every parameter by about the same amount per step. These parameters are stored divided by these factors, so
# that they move faster. Tuned, as is the start (docs/experiments.md).
COEFFICIENT_SPEED, SHAPE_SPEED = 3.0, 4.0
FREQUENCY, DECAY, LOG_STD = 4.0, 2.5, -1.5


class Fields(nn.Module):
    """`n_fields` uncertain functions of a place (x, y) in the unit square:

        field(x, y) = sum_jk scale_jk c_jk cos(pi j x) cos(pi k y),    (j, k) not (0, 0).

    A priori c_jk ~ N(0, 1), and scale_jk is as in `log_scales`; gain, f and e are learned for each field, so that data
    with fine detail get fine fields. Each c_jk has a posterior N(mean, std^2), whose KL from the prior is part of the
    loss. So fields cannot memorize single points: Blundell et al. 2015, "Weight uncertainty in neural networks" (arXiv
    1505.05424). After training, the mean is used.
    """

    frequencies: Tensor
    squared_frequencies: Tensor

    def __init__(self, n_fields: int, n_harmonics: int = 24) -> None:
        super().__init__()
        n_cosines = n_harmonics**2 - 1
        self.mean = nn.Parameter(0.5 * torch.randn(n_cosines, n_fields) / COEFFICIENT_SPEED)
        self.log_std = nn.Parameter(torch.full((n_cosines, n_fields), LOG_STD / COEFFICIENT_SPEED))
        shape = torch.tensor([0.0, math.log(FREQUENCY), math.log(DECAY)])
        self.shape = nn.Parameter((shape / SHAPE_SPEED).unsqueeze(1).repeat(1, n_fields))
        k = torch.arange(n_harmonics)
        self.register_buffer("frequencies", math.pi * k, persistent=False)
        self.register_buffer("squared_frequencies", squared_sums(n_harmonics).flatten()[1:].unsqueeze(1), False)

    def forward(self, place: Tensor, noise: Tensor | None = None) -> Tensor:
        """The fields `(n, n_fields)` at the places `(n, 2)`; with `noise (n, n_fields)`, standard normal, drawn.

        Each point gets draws of its own, of the fields' values instead of their coefficients, which makes gradients
        less noisy: Kingma et al. 2015, "Variational dropout and the local reparameterization trick" (arXiv 1506.02557).
        """
        x, y = torch.cos(place.unsqueeze(-1) * self.frequencies).unbind(1)
        cosines = (x.unsqueeze(2) * y.unsqueeze(1)).flatten(1)[:, 1:]
        # Twice, for cosines' mean squares are 1/2 in each direction.
        scale = 2 * log_scales(self.squared_frequencies, *(SHAPE_SPEED * self.shape)).exp()
        value = cosines @ (scale * COEFFICIENT_SPEED * self.mean)
        if noise is None:
            return value
        variance = cosines.square() @ (scale * torch.exp(COEFFICIENT_SPEED * self.log_std)).square()
        return value + (variance + 1e-12).sqrt() * noise

    def kl(self) -> Tensor:
        """KL of the coefficients' posterior from N(0, 1), in nats for the whole data set."""
        return kl_from_standard_normal(COEFFICIENT_SPEED * self.mean, COEFFICIENT_SPEED * self.log_std)


def squared_sums(n_harmonics: int) -> Tensor:
    """j^2 + k^2 for each pair of harmonics, `(n_harmonics, n_harmonics)`."""
    squares = torch.arange(n_harmonics).square()
    return (squares.unsqueeze(1) + squares).float()


def log_scales(
    squared_frequencies: Tensor,
    log_gain: Tensor,
    log_frequency: Tensor,
    log_decay: Tensor,
    log_relevance: Tensor | float = 0,
) -> Tensor:
    """Logarithms of coefficients' standard deviations, for `squared_frequencies` j^2 + k^2 of all coefficients.

    They are proportional to relevance (1 + (j^2 + k^2) / f^2)^(-e / 2), and the sum of their squares, over the first
    axis, or both, is gain^2. The shape is that of a Matérn process.
    """
    log_scale = (
        -0.5 * log_decay.exp() * torch.log1p(squared_frequencies * torch.exp(-2 * log_frequency)) + log_relevance
    )
    axes = (0,) if log_gain.ndim else (0, 1)
    return log_scale - 0.5 * (2 * log_scale).logsumexp(axes) + log_gain


def kl_from_standard_normal(mean: Tensor, log_std: Tensor) -> Tensor:
    """The sum of KL(N(mean, std^2) || N(0, 1)) in nats."""
    return (0.5 * (mean.square() + torch.exp(2 * log_std) - 1) - log_std).sum()
