"""Smooth functions of a place: sums of cosines with uncertain coefficients."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.layers import Harmonics

# Adam moves every parameter by about the same amount per step. These parameters are stored divided by these factors, so
# that they move faster. Tuned, as is the start (docs/experiments.md).
COEFFICIENT_SPEED, SHAPE_SPEED = 3.0, 4.0
FREQUENCY, DECAY, LOG_STD = 4.0, 2.5, -1.5


class Fields(nn.Module):
    """`n_fields` uncertain functions of a place (x, y) in the unit square:

        field(x, y) = sum_jk scale_jk c_jk cos(pi j x) cos(pi k y),    (j, k) not (0, 0).

    A priori c_jk ~ N(0, 1), and scale_jk is as in `log_scales`; gain, f and e are learned for each field, so that data
    with fine detail get fine fields. Each c_jk has a posterior N(mean, std^2), whose KL from the prior is part of the
    loss, which keeps fields from memorizing single points: Blundell et al. 2015, "Weight uncertainty in neural
    networks" (arXiv 1505.05424). After training, the mean is used.
    """

    squared_frequencies: Tensor

    def __init__(self, n_fields: int, n_harmonics: int = 24) -> None:
        super().__init__()
        n_cosines = n_harmonics**2 - 1
        self.mean = nn.Parameter(0.5 * torch.randn(n_cosines, n_fields) / COEFFICIENT_SPEED)
        self.log_std = nn.Parameter(torch.full((n_cosines, n_fields), LOG_STD / COEFFICIENT_SPEED))
        shape = torch.tensor([0.0, math.log(FREQUENCY), math.log(DECAY)])
        self.shape = nn.Parameter((shape / SHAPE_SPEED).unsqueeze(1).repeat(1, n_fields))
        self.harmonics = Harmonics(n_harmonics - 1)
        self.register_buffer("squared_frequencies", squared_sums(n_harmonics)[1:].unsqueeze(1), persistent=False)

    def forward(self, place: Tensor, noise: Tensor | None = None) -> Tensor:
        """The fields `(n, n_fields)` at the places `(n, 2)`; with `noise (n, n_fields)`, standard normal, drawn.

        Each point gets draws of its own, of the fields' values instead of their coefficients, which makes gradients
        less noisy: Kingma et al. 2015, "Variational dropout and the local reparameterization trick" (arXiv 1506.02557).
        """
        # The cosine of frequency 0 is 1.
        x, y = F.pad(self.harmonics(place), (1, 0), value=1.0).unbind(1)
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
    """j^2 + k^2 for each pair of harmonics, `(n_harmonics^2,)`; k runs fastest."""
    squares = torch.arange(n_harmonics).square()
    return (squares.unsqueeze(1) + squares).flatten().float()


def log_scales(
    squared_frequencies: Tensor,
    log_gain: Tensor,
    log_frequency: Tensor,
    log_decay: Tensor,
    log_relevance: Tensor | float = 0,
) -> Tensor:
    """Logarithms of coefficients' standard deviations, for `squared_frequencies` j^2 + k^2 of all coefficients.

    They are proportional to relevance (1 + (j^2 + k^2) / f^2)^(-e / 2), and the sum of their squares over the first
    axis is gain^2. The shape is that of a Matérn process.
    """
    log_scale = (
        -0.5 * log_decay.exp() * torch.log1p(squared_frequencies * torch.exp(-2 * log_frequency)) + log_relevance
    )
    return log_scale - 0.5 * (2 * log_scale).logsumexp(0) + log_gain


def kl_from_standard_normal(mean: Tensor, log_std: Tensor) -> Tensor:
    """The sum of KL(N(mean, std^2) || N(0, 1)) in nats."""
    return (0.5 * (mean.square() + torch.exp(2 * log_std) - 1) - log_std).sum()
