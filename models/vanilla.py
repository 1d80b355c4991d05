"""The vanilla VAE: encoder and decoder are multilayer perceptrons."""

from torch import Tensor, nn

from data.coordinates import N_COORDINATES
from models.densities import Independent, PointHead
from models.layers import Harmonics, ResidualBlock
from models.vae import VAE, Posterior

# Tuned on synthetic data (docs/experiments.md).
N_HARMONICS, HEAD_WIDTH = 8, 32


class VanillaVAE(VAE):
    """Residual MLPs. Given the latent, the coordinates are independent: p(x|z) p(y|z) p(r|z) p(g|z) p(b|z)."""

    def __init__(
        self, hidden_dim: int, latent_dim: int, n_components: int, width: int = 128, n_blocks: int = 2
    ) -> None:
        super().__init__(latent_dim, n_components)

        def network(inputs: int, outputs: int) -> nn.Sequential:
            blocks = [ResidualBlock(width, hidden_dim) for _ in range(n_blocks)]
            return nn.Sequential(nn.Linear(inputs, width), *blocks, nn.LayerNorm(width), nn.Linear(width, outputs))

        self.harmonics = Harmonics(N_HARMONICS)
        self.encoder = network(N_COORDINATES * N_HARMONICS, 2 * latent_dim)
        self.decoder = network(latent_dim, N_COORDINATES * HEAD_WIDTH)
        self.head = PointHead(HEAD_WIDTH)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(self.harmonics(x).flatten(1)))

    def decode(self, z: Tensor) -> Independent:
        return self.head(self.decoder(z).unflatten(1, (N_COORDINATES, -1)))
