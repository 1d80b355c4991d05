"""The VAE with attention: the coordinates of a point are tokens that attend to each other."""

import torch
from torch import Tensor, nn

from data.coordinates import N_COORDINATES, N_PLACES
from models.decoder import PointDecoder
from models.layers import Harmonics, LinearEach, Transformer
from models.point_vae import PointVAE
from models.vae import Posterior

# All tuned (docs/experiments.md). More harmonics of the place let the decoder memorize the colors of single points.
WIDTH, N_HEADS, N_BLOCKS = 48, 2, 1
N_HARMONICS = 4


class AttentionVAE(PointVAE):
    """Self-attention over coordinates, in the encoder and in the decoder.

    The encoder's tokens are x, y, r, g, b. The decoder's are z, x, y, and give the density of the colors. `hidden_dim`
    is the width of the networks between attentions; a token is `WIDTH` wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int) -> None:
        super().__init__(latent_dim, n_components)
        self.harmonics = Harmonics(N_HARMONICS)
        self.tokens = LinearEach(N_COORDINATES, N_HARMONICS, WIDTH)
        self.encoder = Transformer(WIDTH, hidden_dim, N_HEADS, N_BLOCKS)
        self.to_posterior = nn.Linear(N_COORDINATES * WIDTH, 2 * latent_dim)
        self.decoder = PointDecoder(latent_dim, ColorAttention(latent_dim, hidden_dim), (1 + N_PLACES) * WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        tokens = self.encoder(self.tokens(self.harmonics(x)))
        return Posterior.of(self.to_posterior(tokens.flatten(1)))


class ColorAttention(nn.Module):
    """Hidden vectors `(n, 3 * WIDTH)` from latents `(n, latent_dim)` and places `(n, 2)`, by attention over z, x, y."""

    def __init__(self, latent_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.harmonics = Harmonics(N_HARMONICS)
        self.latent_token = nn.Linear(latent_dim, WIDTH)
        self.place_tokens = LinearEach(N_PLACES, N_HARMONICS, WIDTH)
        self.transformer = Transformer(WIDTH, hidden_dim, N_HEADS, N_BLOCKS)

    def forward(self, z: Tensor, place: Tensor) -> Tensor:
        tokens = torch.cat([self.latent_token(z).unsqueeze(1), self.place_tokens(self.harmonics(place))], dim=1)
        hidden: Tensor = self.transformer(tokens)
        return hidden.flatten(1)
