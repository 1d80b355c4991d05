"""The VAE with attention: the five coordinates of a point are tokens that look at each other."""

import torch
from torch import Tensor, nn

from models.densities import PointHead
from models.layers import Harmonics, LinearEach, Transformer
from models.vae import VAE, Posterior

WIDTH, HEADS = 48, 2
# How finely places are told apart: finely where they draw a glyph's edges, coarsely where they choose a color, for with
# fine features the colors of single points are learned by heart.
FINE, COARSE = 8, 4
# Along a row, a glyph is even inside, empty outside, and has edges in between: logits that flatten out at two levels
# draw just that, where free ones draw the noise in the counts of points as lighter and darker patches. How many points
# a row holds has no such levels.
LEVEL = 4.0


class AttentionVAE(VAE):
    """Self-attention over coordinates, in the encoder and in the decoder.

    The encoder's tokens are x, y, r, g, b, and each sees all. The decoder's are z, x, y, r, g, and each sees only those
    before it, so that the token of one coordinate gives the density of the next:

        p(x, y, r, g, b | z) = p(x|z) p(y|z, x) p(r|z, x, y) p(g|z, x, y, r) p(b|z, x, y, r, g).

    Two stacks of attention share the work: one for the two places, one for the three colors. `hidden_dim` is the width
    of the networks between attentions; a token is `WIDTH` wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int) -> None:
        super().__init__(latent_dim, n_components)
        self.harmonics = Harmonics(COARSE)
        self.encoder_tokens = LinearEach(5, COARSE, WIDTH)
        self.encoder = Transformer(WIDTH, hidden_dim, HEADS, n_blocks=1, causal=False)
        self.to_posterior = nn.Linear(5 * WIDTH, 2 * latent_dim)
        self.place_stack = CausalStack(1, FINE, latent_dim, hidden_dim, n_blocks=2)
        self.color_stack = CausalStack(4, COARSE, latent_dim, hidden_dim, n_blocks=1)
        self.head = PointHead(WIDTH, LEVEL)

    def encode(self, x: Tensor) -> Posterior:
        tokens = self.encoder(self.encoder_tokens(self.harmonics(x)))
        return Posterior.of(self.to_posterior(tokens.flatten(1)))

    def decode(self, z: Tensor) -> "CausalDecoder":
        return CausalDecoder(self, z)


class CausalStack(nn.Module):
    """Causal self-attention over a latent and the coordinates after it, of which there are `n_coordinates` at most."""

    def __init__(self, n_coordinates: int, n_harmonics: int, latent_dim: int, hidden_dim: int, n_blocks: int) -> None:
        super().__init__()
        self.harmonics = Harmonics(n_harmonics)
        self.latent_token = nn.Linear(latent_dim, WIDTH)
        self.tokens = LinearEach(n_coordinates, n_harmonics, WIDTH)
        self.transformer = Transformer(WIDTH, hidden_dim, HEADS, n_blocks, causal=True)

    def forward(self, z: Tensor, x: Tensor, past: list[Tensor] | None = None, skip: int = 0) -> Tensor:
        """Hidden vectors `(n, 1 + k, WIDTH)` of the latent `z (n, latent_dim)` and the k coordinates `x (n, k)`.

        With `past` or `skip`, see `Transformer.forward`.
        """
        tokens = self.tokens(self.harmonics(x), slice(0, x.shape[1]))
        tokens = torch.cat([self.latent_token(z).unsqueeze(1), tokens], dim=1)
        return self.transformer(tokens, past, skip)


class CausalDecoder:
    """p(x|z) of the attention VAE for the latents `z (n, latent_dim)`: one coordinate after the other."""

    def __init__(self, model: AttentionVAE, z: Tensor) -> None:
        self.model, self.z = model, z

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density `(n,)` of the points `x (n, 5)`: all factors at once, each given the true values before it."""
        place = self.model.place_stack(self.z, x[:, :1])
        color = self.model.color_stack(self.z, x[:, :4], skip=2)
        return self.model.head(torch.cat([place, color], dim=1)).log_prob(x)

    def sample(self, generator: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each latent: five draws, each given those before it."""
        x, head = self.z.new_empty(len(self.z), 0), self.model.head
        for stack, densities, count in (
            (self.model.place_stack, head.places, 2),
            (self.model.color_stack, head.colors, 3),
        ):
            past = []
            for i in range(count):
                # Of the tokens that came before, the last block needs what it remembers, not what becomes of them.
                h = stack(self.z, x, past, skip=0 if past else x.shape[1])
                x = torch.cat([x, densities(h, slice(i, i + 1)).sample(generator)], dim=1)
        return x
