"""What all models share: one encoder and one decoder of points, around networks that each model brings."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data import COLORS, N_COORDINATES, N_LEVELS, PLACES
from data.scaling import Scaling
from models.colors import ColorHead, ColorMixture
from models.fields import Fields
from models.priors import Posterior, Prior
from models.vae import VAE, log_cell

# Tuned (docs/design.md): harmonics of a coordinate that networks see, and fields of each kind that colors depend on.
N_HARMONICS, N_FIELDS = 4, 16
SPAN = 5  # height and width of the picture in units of z, so that N(0, I) covers it


class PointVAE(VAE):
    """A VAE of points of integers: a row, a column and a color. A model supplies `network`.

    A latent stands for a place, and the prior says where points are:

        q(z|x) = N(linear(place) + network(x), s(x)^2),
        m(z) = linear(z) + network(z),    row, column ~ discretized N(m(z), sigma^2),
        color ~ ColorMixture(network(fields at the row and column)).

    The linear maps are fixed: z = SPAN (place - 1/2) of the first two latents, with places in the unit square. With a
    sharp prior they are all there is: the encoder adds noise of a third of a pixel, the decoder takes it off, and the
    prior draws the picture. With another prior, networks bend the latents, so that it fits. A network of the place in
    place of fields would memorize the colors of single points.
    """

    def __init__(self, prior: Prior, hidden_dim: int, scaling: Scaling) -> None:
        super().__init__(prior)
        self.hidden_dim, self.bends = hidden_dim, not prior.is_sharp
        size = self.size = nn.Buffer(torch.tensor(scaling.shape).float(), persistent=False)
        # In units of z. Where networks learn it, starting narrow makes z informative from the first step.
        width = torch.ones(self.latent_dim) if self.bends else SPAN / size
        self.encoder_log_std = nn.Buffer(width.log() - 1, persistent=False)
        # The decoder's width starts at a fifteenth of the picture, or at half a pixel.
        self.log_std = nn.Parameter((size / 15 if self.bends else torch.full((2,), 0.5)).log())
        if self.bends:
            self.encoder = self.network(N_COORDINATES * N_HARMONICS, 2 * self.latent_dim)
            self.place = self.network(self.latent_dim * N_HARMONICS, 2)
            for parameter in (*self.encoder[-1].parameters(), *self.place[-1].parameters()):
                nn.init.zeros_(parameter)
        self.fields = Fields(N_FIELDS, N_FIELDS)
        self.color_network = self.network(2 * N_FIELDS, 32, blocks=2)
        self.color_head = ColorHead(32, scaling.ycbcr)

    def network(self, inputs: int, outputs: int, blocks: int = 1) -> nn.Sequential:
        """`(n, inputs)` to `(n, outputs)`, with `hidden_dim` units in residual `blocks`; its last layer is linear."""
        raise NotImplementedError

    def encode(self, x: Tensor) -> Posterior:
        unit = torch.cat([(x[:, PLACES] + 0.5) / self.size, (x[:, COLORS] + 0.5) / N_LEVELS], 1)
        mean = F.pad(SPAN * unit[:, PLACES] - SPAN / 2, (0, self.latent_dim - 2))
        log_std = self.encoder_log_std.expand_as(mean)
        if self.bends:
            bend, change = self.encoder(harmonics(unit)).chunk(2, -1)
            # The bounds only keep exp() finite.
            mean, log_std = mean + bend, (log_std + change).clamp(-7, 2)
        return Posterior(mean, log_std)

    def decode(self, z: Tensor) -> "DecodedPoints":
        mean = self.size * (0.5 + F.pad(z, (0, 2 - self.latent_dim)) / SPAN) - 0.5
        if self.bends:
            mean = mean + self.size / SPAN * self.place(harmonics(torch.sigmoid(1.6 * z)))
        return DecodedPoints(self, mean)

    def start_from(self, x: Tensor) -> None:
        """Begin with fields that tell the colors of the training points `x (n, 5)` apart, and with typical colors."""
        # The points are in random order; as many tell enough, and take some 50 MB.
        x = x[:50_000]
        self.fields.start_from((x[:, PLACES] + 0.5) / self.size, x[:, COLORS])
        self.color_head.start_from(x[:, COLORS])

    def colors(self, place: Tensor) -> ColorMixture:
        """The density of colors at the `place (n, 2)` in pixels."""
        density: ColorMixture = self.color_head(self.color_network(self.fields((place + 0.5) / self.size)))
        return density

    def parameter_kl(self) -> Tensor:
        return self.prior.parameter_kl() + self.fields.kl()


class DecodedPoints:
    """p(x|z) of n latents: places around their `mean (n, 2)` in pixels, and colors."""

    def __init__(self, model: PointVAE, mean: Tensor) -> None:
        self.model, self.mean = model, mean

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability `(n,)` of the integer points `x (n, 5)`."""
        place, model = x[:, PLACES], self.model
        log_place = log_cell(place, place - self.mean, model.log_std, model.size - 1).sum(-1)
        return log_place + model.colors(place).log_prob(x[:, COLORS])

    def sample(self, rng: torch.Generator) -> Tensor:
        """One integer point `(n, 5)` for each latent, as floats."""
        noise = torch.randn(self.mean.shape, generator=rng, device=self.mean.device)
        place = (self.mean + self.model.log_std.exp() * noise).round().clamp(min=0).minimum(self.model.size - 1)
        return torch.cat([place, self.model.colors(place).sample(rng)], 1)


def harmonics(v: Tensor) -> Tensor:
    """Features cos(pi k v) `(n, d * N_HARMONICS)`, k = 1, 2, ..., of numbers v `(n, d)` in [0, 1].

    A linear map of them is a smooth curve in v. Tancik et al. 2020, "Fourier features let networks learn high frequency
    functions in low dimensional domains" (arXiv 2006.10739), with the frequencies of the cosine transform.
    """
    return torch.cos(math.pi * v.unsqueeze(-1) * torch.arange(1, N_HARMONICS + 1, device=v.device)).flatten(1)
