import torch

from data.scaling import Scaling
from models.attention import AttentionVAE, TokenAttention


def test_every_token_depends_on_every_input(torch_rng: torch.Generator):
    torch.manual_seed(0)
    network = TokenAttention(count=5, inputs=1, width=8, hidden_dim=16)
    x = torch.rand(6, 5, 1, generator=torch_rng)

    for token in range(5):
        changed = x.clone()
        changed[:, token] = 1 - changed[:, token]
        assert not (network(x) == network(changed)).all(-1).any()


def test_the_colors_depend_on_both_coordinates_of_the_place(torch_rng: torch.Generator):
    torch.manual_seed(0)
    decoder = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4, scaling=Scaling.of_picture(60, 60)).decoder
    place = torch.rand(6, 2, generator=torch_rng)

    for coordinate in range(2):
        moved = place.clone()
        moved[:, coordinate] = 1 - moved[:, coordinate]
        assert not torch.allclose(decoder.colors(place).mean, decoder.colors(moved).mean)
