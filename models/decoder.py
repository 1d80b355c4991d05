"""The decoder that both models share: places from a canvas, colors from a network that each model brings."""

import math

import torch
from torch import Tensor, nn

from data.coordinates import COLORS, N_COLORS, N_LEVELS, PLACES
from models.canvas import Canvas, LitCanvas
from models.colors import ColorHead, ColorMixture


class PointDecoder(nn.Module):
    """p(x, y, r, g, b | z) = p(x, y | z) p(r, g, b | z, x, y).

    `color_network` maps latents `(n, latent_dim)` and places `(n, 2)` to hidden vectors `(n, width)`.
    """

    def __init__(self, latent_dim: int, color_network: nn.Module, width: int) -> None:
        super().__init__()
        self.canvas = Canvas(latent_dim)
        self.color_network = color_network
        self.color_head = ColorHead(width)

    def forward(self, z: Tensor, noise: Tensor | None = None) -> "DecodedPoints":
        """The distribution of points for each latent `z (n, latent_dim)`; `noise` draws the canvas, see there."""
        return DecodedPoints(self, z, self.canvas(z, noise))

    def colors(self, z: Tensor, place: Tensor) -> ColorMixture:
        """The density of integer colors, given latents `(n, latent_dim)` and places `(n, 2)`."""
        density: ColorMixture = self.color_head(self.color_network(z, place))
        return density


class DecodedPoints:
    """p(x|z) for the latents `z (n, latent_dim)`, whose places have the density `places`."""

    def __init__(self, decoder: PointDecoder, z: Tensor, places: LitCanvas) -> None:
        self.decoder, self.z, self.places = decoder, z, places

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density `(n,)` of the points `x (n, 5)`: for colors, the probability of the integer over its cell."""
        place, color = x[:, PLACES], (x[:, COLORS] * N_LEVELS).floor().clamp(0, N_LEVELS - 1)
        log_color = self.decoder.colors(self.z, place).log_prob(color) + N_COLORS * math.log(N_LEVELS)
        return self.places.log_prob(place) + log_color

    def sample(self, rng: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each latent; colors are in the middle of their cells."""
        place = self.places.sample(rng)
        color = self.decoder.colors(self.z, place).sample(rng)
        return torch.cat([place, (color + 0.5) / N_LEVELS], dim=1)
