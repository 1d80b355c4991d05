"""The VAE with attention: the coordinates of a point are tokens that attend to each other."""

from torch import Tensor, nn

from data.coordinates import N_COORDINATES, N_PLACES
from models.decoder import PointDecoder
from models.layers import Harmonics, LinearEach, Transformer
from models.point_vae import PointVAE
from models.vae import Posterior

# All tuned (docs/experiments.md). More harmonics of the place, or a wider network for colors, memorize single points.
WIDTH, N_HARMONICS, N_HEADS = 32, 4, 2


class AttentionVAE(PointVAE):
    """Self-attention over coordinates, in the encoder and in the decoder.

    The encoder's tokens are x, y, r, g, b, and all of them together give the posterior. The decoder's are x and y, and
    their mean gives the density of the colors. `hidden_dim` is the width of the encoder's network after the attention;
    that of the decoder's is half as wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int) -> None:
        super().__init__(latent_dim, n_components)
        self.encoder = CoordinateAttention(N_COORDINATES, WIDTH, hidden_dim)
        self.to_posterior = nn.Linear(N_COORDINATES * WIDTH, 2 * latent_dim)
        color_network = MeanToken(CoordinateAttention(N_PLACES, WIDTH, hidden_dim // 2))
        self.decoder = PointDecoder(latent_dim, color_network, WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.to_posterior(self.encoder(x).flatten(1)))


class CoordinateAttention(nn.Module):
    """A token `(n, count, width)` for each of `count` coordinates `(n, count)`, after one block of self-attention."""

    def __init__(self, count: int, width: int, hidden_dim: int) -> None:
        super().__init__()
        self.harmonics = Harmonics(N_HARMONICS)
        self.tokens = LinearEach(count, N_HARMONICS, width)
        self.transformer = Transformer(width, hidden_dim, N_HEADS, n_blocks=1)

    def forward(self, x: Tensor) -> Tensor:
        tokens: Tensor = self.transformer(self.tokens(self.harmonics(x)))
        return tokens


class MeanToken(nn.Module):
    """The mean `(n, width)` of the tokens that `network` gives."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        mean: Tensor = self.network(x).mean(1)
        return mean
