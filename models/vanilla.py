"""The vanilla VAE: multilayer perceptrons in, multilayer perceptrons out."""

from torch import Tensor, nn

from models.densities import Independent, PointHead
from models.layers import Harmonics, ResidualBlock
from models.vae import VAE, Posterior


class VanillaVAE(VAE):
    """Residual MLPs; given the latent, the decoder draws the five coordinates independently of each other."""

    def __init__(
        self, hidden_dim: int, latent_dim: int, n_components: int, width: int = 128, n_blocks: int = 2
    ) -> None:
        super().__init__(latent_dim, n_components)

        def network(inputs: int, outputs: int) -> nn.Sequential:
            blocks = [ResidualBlock(width, hidden_dim) for _ in range(n_blocks)]
            return nn.Sequential(nn.Linear(inputs, width), *blocks, nn.LayerNorm(width), nn.Linear(width, outputs))

        self.harmonics = Harmonics(8)
        self.encoder = network(5 * 8, 2 * latent_dim)
        self.decoder = network(latent_dim, 5 * 32)
        self.head = PointHead(32)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(self.harmonics(x).flatten(1)))

    def decode(self, z: Tensor) -> Independent:
        return self.head(self.decoder(z).unflatten(1, (5, -1)))
