"""The vanilla VAE: its networks are multilayer perceptrons."""

from torch import Tensor, nn

from data.coordinates import N_COORDINATES
from data.scaling import Scaling
from models.decoder import N_FIELDS, PointDecoder
from models.layers import Harmonics, ResidualBlock
from models.point_vae import PointVAE
from models.vae import Posterior

# All tuned (docs/experiments.md).
N_HARMONICS = 4
ENCODER_WIDTH, ENCODER_BLOCKS = 64, 1
COLOR_WIDTH, COLOR_BLOCKS = 32, 2


class VanillaVAE(PointVAE):
    """Residual MLPs in the encoder and in the decoder; `hidden_dim` is the width of their hidden layers.

    Those of the decoder are a quarter as wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int, scaling: Scaling) -> None:
        super().__init__(latent_dim, n_components)
        self.encoder = nn.Sequential(
            Harmonics(N_HARMONICS),
            nn.Flatten(),
            *residual_mlp(N_COORDINATES * N_HARMONICS, ENCODER_WIDTH, hidden_dim, ENCODER_BLOCKS),
            nn.Linear(ENCODER_WIDTH, 2 * latent_dim),
        )
        color_network = nn.Sequential(*residual_mlp(N_FIELDS, COLOR_WIDTH, hidden_dim // 4, COLOR_BLOCKS))
        self.decoder = PointDecoder(latent_dim, scaling, color_network, COLOR_WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(x))


def residual_mlp(inputs: int, width: int, hidden_dim: int, n_blocks: int) -> list[nn.Module]:
    """Layers from `(n, inputs)` to `(n, width)`, with `n_blocks` residual blocks of `hidden_dim` hidden units."""
    blocks = [ResidualBlock(width, hidden_dim) for _ in range(n_blocks)]
    return [nn.Linear(inputs, width), *blocks, nn.LayerNorm(width)]
