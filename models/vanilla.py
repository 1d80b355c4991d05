"""The vanilla VAE: its networks are multilayer perceptrons."""

import torch
from torch import Tensor, nn

from data.coordinates import N_COORDINATES, N_PLACES
from models.decoder import PointDecoder
from models.layers import Harmonics, ResidualBlock
from models.point_vae import PointVAE
from models.vae import Posterior

# All tuned (docs/experiments.md). Fewer harmonics of the place keep the colors of single points from being memorized.
ENCODER_HARMONICS, ENCODER_WIDTH = 8, 128
COLOR_HARMONICS, COLOR_WIDTH = 4, 64
N_BLOCKS = 2


class VanillaVAE(PointVAE):
    """Residual MLPs. The decoder's gets the latent and the place, and gives the density of the colors."""

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int) -> None:
        super().__init__(latent_dim, n_components)
        self.harmonics = Harmonics(ENCODER_HARMONICS)
        self.encoder = nn.Sequential(
            residual_mlp(N_COORDINATES * ENCODER_HARMONICS, ENCODER_WIDTH, hidden_dim),
            nn.Linear(ENCODER_WIDTH, 2 * latent_dim),
        )
        self.decoder = PointDecoder(latent_dim, ColorMLP(latent_dim, hidden_dim), COLOR_WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(self.harmonics(x).flatten(1)))


class ColorMLP(nn.Module):
    """Hidden vectors `(n, COLOR_WIDTH)` from latents `(n, latent_dim)` and places `(n, 2)`."""

    def __init__(self, latent_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.harmonics = Harmonics(COLOR_HARMONICS)
        self.network = residual_mlp(latent_dim + N_PLACES * COLOR_HARMONICS, COLOR_WIDTH, hidden_dim)

    def forward(self, z: Tensor, place: Tensor) -> Tensor:
        hidden: Tensor = self.network(torch.cat([z, self.harmonics(place).flatten(1)], dim=1))
        return hidden


def residual_mlp(inputs: int, width: int, hidden_dim: int) -> nn.Sequential:
    """`(n, inputs)` in, `(n, width)` out, with residual blocks whose hidden layers have `hidden_dim` units."""
    blocks = [ResidualBlock(width, hidden_dim) for _ in range(N_BLOCKS)]
    return nn.Sequential(nn.Linear(inputs, width), *blocks, nn.LayerNorm(width))
