"""The VAE with attention: what is known of a point is tokens that attend to each other."""

from torch import Tensor, nn

from data.coordinates import N_COORDINATES
from data.scaling import Scaling
from models.decoder import N_FIELDS, PointDecoder
from models.layers import Harmonics, LinearEach, Transformer
from models.point_vae import PointVAE
from models.vae import Posterior

# All tuned (docs/experiments.md).
WIDTH, N_HARMONICS, N_HEADS, N_COLOR_TOKENS = 32, 4, 2, 2


class AttentionVAE(PointVAE):
    """Self-attention, in the encoder and in the decoder.

    The encoder's tokens are the five coordinates, and all of them together give the posterior. Each of the decoder's is
    an equal share of the fields at a place, and their mean gives the density of the colors. The hidden layer of each
    token's network is a quarter of `hidden_dim` wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int, scaling: Scaling) -> None:
        super().__init__(latent_dim, n_components)
        self.encoder = nn.Sequential(
            Harmonics(N_HARMONICS),
            TokenAttention(N_COORDINATES, N_HARMONICS, WIDTH, hidden_dim // 4),
            nn.Flatten(),
            nn.Linear(N_COORDINATES * WIDTH, 2 * latent_dim),
        )
        shares = (N_COLOR_TOKENS, N_FIELDS // N_COLOR_TOKENS)
        color_network = nn.Sequential(
            nn.Unflatten(1, shares), TokenAttention(*shares, WIDTH, hidden_dim // 4), MeanToken()
        )
        self.decoder = PointDecoder(latent_dim, scaling, color_network, WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(x))


class TokenAttention(nn.Module):
    """Tokens `(n, count, width)` from `count` vectors `(n, count, inputs)`, after one block of self-attention."""

    def __init__(self, count: int, inputs: int, width: int, hidden_dim: int) -> None:
        super().__init__()
        self.tokens = LinearEach(count, inputs, width)
        self.transformer = Transformer(width, hidden_dim, N_HEADS, n_blocks=1)

    def forward(self, x: Tensor) -> Tensor:
        tokens: Tensor = self.transformer(self.tokens(x))
        return tokens


class MeanToken(nn.Module):
    """The mean `(n, width)` of the tokens `(n, count, width)`."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens.mean(1)
