"""The vanilla VAE: its networks are multilayer perceptrons."""

from torch import Tensor, nn
from torch.nn import functional as F

from models.point_vae import PointVAE

WIDTH = 32  # tuned (docs/design.md)


class VanillaVAE(PointVAE):
    """Residual multilayer perceptrons with `hidden_dim` hidden units."""

    def network(self, inputs: int, outputs: int, blocks: int = 1) -> nn.Sequential:
        return nn.Sequential(*residual_mlp(inputs, self.hidden_dim, outputs, blocks))


def residual_mlp(inputs: int, hidden_dim: int, outputs: int, blocks: int) -> list[nn.Module]:
    """Layers from `(n, inputs)` to `(n, outputs)`, with `hidden_dim` hidden units in residual blocks of equal size."""
    residual = [ResidualBlock(WIDTH, hidden_dim // blocks) for _ in range(blocks)]
    return [nn.Linear(inputs, WIDTH), *residual, nn.LayerNorm(WIDTH), nn.Linear(WIDTH, outputs)]


class ResidualBlock(nn.Module):
    """h + W2 relu(W1 norm(h)): `(n, width)` in and out (He et al. 2016, arXiv 1603.05027)."""

    def __init__(self, width: int, hidden_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, hidden_dim)
        self.contract = nn.Linear(hidden_dim, width)

    def forward(self, h: Tensor) -> Tensor:
        return h + self.contract(F.relu(self.expand(self.norm(h))))
