"""The VAE with attention: the coordinates of a point are tokens that attend to each other."""

import torch
from torch import Tensor, nn

from data.coordinates import COLORS, N_COLORS, N_COORDINATES, N_PLACES
from models.densities import PointHead
from models.layers import Harmonics, LinearEach, Transformer
from models.vae import VAE, Posterior

WIDTH, HEADS = 48, 2
# Input harmonics of the stack for places and of the stack for colors, both tuned (docs/experiments.md). More sharpen
# edges; too many let the color stack memorize single points.
FINE, COARSE = 8, 4
# Within a row, a glyph is either ink or background, so the logits of y saturate at two levels; free logits would fit
# the noise in the counts of points. How many points a row holds has no such levels. Tuned.
LEVEL = 4.0


class AttentionVAE(VAE):
    """Self-attention over coordinates, in the encoder and in the decoder.

    The encoder's tokens are x, y, r, g, b, and each attends to all. The decoder's are z, x, y, r, g, and each attends
    only to itself and those before it, so that the token of one coordinate gives the density of the next:

        p(x, y, r, g, b | z) = p(x|z) p(y|z, x) p(r|z, x, y) p(g|z, x, y, r) p(b|z, x, y, r, g).

    The decoder has two stacks of attention, one for places and one for colors. `hidden_dim` is the width of the
    networks between attentions; a token is `WIDTH` wide.
    """

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int) -> None:
        super().__init__(latent_dim, n_components)
        self.harmonics = Harmonics(COARSE)
        self.encoder_tokens = LinearEach(N_COORDINATES, COARSE, WIDTH)
        self.encoder = Transformer(WIDTH, hidden_dim, HEADS, n_blocks=1, causal=False)
        self.to_posterior = nn.Linear(N_COORDINATES * WIDTH, 2 * latent_dim)
        self.place_stack = CausalStack(N_PLACES - 1, FINE, latent_dim, hidden_dim, n_blocks=2)
        self.color_stack = CausalStack(N_COORDINATES - 1, COARSE, latent_dim, hidden_dim, n_blocks=1)
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
        place = self.model.place_stack(self.z, x[:, : N_PLACES - 1])
        color = self.model.color_stack(self.z, x[:, :-1], skip=COLORS.start)
        return self.model.head(torch.cat([place, color], dim=1)).log_prob(x)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each latent: five draws, each given those before it."""
        x, head = self.z.new_empty(len(self.z), 0), self.model.head
        for stack, densities, count in (
            (self.model.place_stack, head.places, N_PLACES),
            (self.model.color_stack, head.colors, N_COLORS),
        ):
            past: list[Tensor] = []
            for i in range(count):
                # The last block needs the keys and values of earlier tokens, not their outputs.
                h = stack(self.z, x, past, skip=0 if past else x.shape[1])
                x = torch.cat([x, densities(h, slice(i, i + 1)).sample(rng)], dim=1)
        return x
