"""Gaussian random fields in a cosine basis: functions of a place, with uncertain coefficients."""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Tuned, as is where coefficients start (docs/design.md).
SMOOTH_HARMONICS, HARMONICS, N_WAVES = 12, 96, 64
# Where colors are noise, one data set in a thousand has a wave this strong among its 9,000: a sum of three squares of
# standard normals exceeds it once in 8 million times.
STRENGTH = 35.0


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

    def __init__(
        self, squared_frequencies: Tensor, n_fields: tuple[int, ...], gain: float, frequency: float, decay: float
    ) -> None:
        super().__init__()
        shape = (*n_fields, len(squared_frequencies))
        self.mean = nn.Parameter(0.5 / gain * torch.randn(shape))
        self.log_std = nn.Parameter(torch.full(shape, -1.5))
        start = torch.tensor([gain, frequency, decay]).log()
        self.spectrum = nn.Parameter(start.view(3, *[1] * len(shape)).repeat(1, *n_fields, 1))
        self.squared_frequencies = nn.Buffer(squared_frequencies.float(), persistent=False)

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

    def start_from(self, basis: Tensor, targets: Tensor) -> Tensor:
        """Begin with the principal components of what `basis (functions, n)` explains of `targets (n, k)`: return that.

        Each field begins with one component, scaled to a mean square of 1. Fields beyond their number stay as they are.
        """
        scaled = self.scale()[0].unsqueeze(1) * basis
        coefficients = ridge(scaled, targets)
        explained = scaled.T @ coefficients
        _, singular, directions = torch.linalg.svd(explained, full_matrices=False)
        n_components = min(len(self.mean), int((singular > 0.03 * singular[0]).sum()))
        unit = directions[:n_components].T / singular[:n_components] * len(targets) ** 0.5
        self.mean[:n_components] = (coefficients @ unit).T
        return explained

    def kl(self) -> Tensor:
        """KL of the coefficients' posterior from N(0, 1), in nats for the whole data set."""
        log_variance = 2 * self.log_std
        return 0.5 * ((self.mean.square() + log_variance.exp() - log_variance).sum() - self.mean.numel())


class Fields(nn.Module):
    """Uncertain functions of a place (x, y) in the unit square, sums of waves cos(pi j x) cos(pi k y):

    `n_smooth` fields of all waves with j, k < 12, as fine as their spectrum says, and `n_patterns` of up to 64 finer
    waves, those that stand out of the colors. So a checkerboard is a wave that is known from the start, not a product
    of two functions that is found by luck.
    """

    def __init__(self, n_smooth: int, n_patterns: int) -> None:
        super().__init__()
        self.smooth = CosineCoefficients(squared_sums(SMOOTH_HARMONICS)[1:], (n_smooth,), 1.0, 4.0, 2.5)
        # All waves are equal before the colors are seen: of a spectrum of zeros, only the gain counts.
        self.patterns = CosineCoefficients(torch.zeros(N_WAVES), (n_patterns,), 1.0, 1.0, 1.0)
        self.waves = nn.Buffer(torch.zeros(N_WAVES, 2, dtype=torch.long))  # of patterns, as (j, k); (0, 0) is none
        self.frequencies = nn.Buffer(math.pi * torch.arange(HARMONICS).unsqueeze(1), persistent=False)

    def forward(self, place: Tensor) -> Tensor:
        """The fields `(n, n_smooth + n_patterns)` at the places `(n, 2)`; drawn in training."""
        smooth, patterns = self.basis(self.cosines(place))
        return torch.cat([self.smooth(smooth), self.patterns(patterns)]).T

    def kl(self) -> Tensor:
        """KL of all coefficients' posterior from their prior, in nats for the whole data set."""
        return self.smooth.kl() + self.patterns.kl()

    @torch.no_grad()
    def start_from(self, place: Tensor, colors: Tensor) -> None:
        """Choose the waves of patterns, and begin with fields that tell the `colors (n, 3)` at `place (n, 2)` apart."""
        colors = (colors - colors.mean(0)) / (colors.std(0, correction=0) + 1e-6)
        cosines = self.cosines(place)
        waves = strongest_waves(cosines, self.basis(cosines)[0], colors, N_WAVES)
        self.waves[: len(waves)] = waves
        # Colors are told apart by themselves, their squares and their products.
        first, second = torch.triu_indices(3, 3, device=colors.device)
        targets = torch.cat([colors, colors[:, first] * colors[:, second]], 1)
        targets = targets - targets.mean(0)
        for coefficients, basis in zip((self.smooth, self.patterns), self.basis(cosines), strict=True):
            targets = targets - coefficients.start_from(basis, targets)

    def cosines(self, place: Tensor) -> Tensor:
        """cos(pi j x) and cos(pi k y) `(2, HARMONICS, n)` at the places `(n, 2)`, times sqrt(2): mean squares are 1."""
        # Points lie along the last axis of all tables, which makes the products of small tables far faster.
        return math.sqrt(2) * torch.cos(self.frequencies * place.T.contiguous().unsqueeze(1))

    def basis(self, cosines: Tensor) -> tuple[Tensor, Tensor]:
        """The waves that smooth fields, and patterns, are sums of, `(functions, n)`, from the `cosines` of places."""
        x, y = cosines
        smooth = (x[:SMOOTH_HARMONICS].unsqueeze(1) * y[:SMOOTH_HARMONICS]).flatten(0, 1)[1:]
        row, column = self.waves.unbind(1)
        return smooth, x[row] * y[column] * self.waves.any(1, keepdim=True)


def squared_sums(n_harmonics: int) -> Tensor:
    """j^2 + k^2 for each pair of harmonics, `(n_harmonics^2,)`; k runs fastest."""
    squares = torch.arange(n_harmonics).square()
    return (squares.unsqueeze(1) + squares).flatten()


def ridge(basis: Tensor, targets: Tensor) -> Tensor:
    """Coefficients `(functions, k)` of `targets (n, k)` on `basis (functions, n)`: N(0, 1), as is the noise."""
    return torch.linalg.solve(basis @ basis.T + torch.eye(len(basis), device=basis.device), basis @ targets)


def strongest_waves(cosines: Tensor, smooth: Tensor, colors: Tensor, most: int) -> Tensor:
    """Which products (j, k) of `cosines (2, harmonics, n)` stand out of `colors (n, 3)`: at most `most`, as `(k, 2)`.

    What the functions `smooth (functions, n)` explain of the colors does not count. Orthogonal matching pursuit (Pati
    et al. 1993), eight waves at a time: the peaks of the periodogram (Lomb 1976) of what the waves so far leave of the
    colors, in units of its variance if that were noise.
    """
    x, y = cosines
    waves = torch.zeros(0, 2, dtype=torch.long, device=x.device)
    while len(waves) < most:
        basis = torch.cat([smooth, x[waves[:, 0]] * y[waves[:, 1]]])
        left = colors - basis.T @ ridge(basis, colors)
        channels = [x * channel for channel in left.T]
        power = sum((part @ y.T).square() / (part.square() @ y.square().T + 1e-9) for part in channels)
        power[waves[:, 0], waves[:, 1]] = 0
        peaks = power == F.max_pool2d(power.unsqueeze(0), 3, stride=1, padding=1).squeeze(0)
        strength, index = (power * peaks).flatten().topk(min(8, most - len(waves)))
        index = index[strength > STRENGTH]
        if len(index) == 0:
            break
        waves = torch.cat([waves, torch.stack([index // len(y), index % len(y)], 1)])
    return waves
