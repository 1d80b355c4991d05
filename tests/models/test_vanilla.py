import torch

from models.vanilla import VanillaVAE


def test_given_the_latent_the_coordinates_are_independent(torch_rng: torch.Generator):
    """The log-density is a sum over coordinates: a change of some has the same effect whatever the others are."""
    torch.manual_seed(0)
    model = VanillaVAE(hidden_dim=32, latent_dim=3, n_components=4)
    decoded = model.decode(model.prior.sample(6, torch_rng))
    x, other = torch.rand(2, 6, 5, generator=torch_rng)

    for coordinate in range(5):
        effects = []
        for start in (x, other):
            low, high = start.clone(), start.clone()
            low[:, coordinate], high[:, coordinate] = 0.2, 0.7
            effects.append(decoded.log_prob(high) - decoded.log_prob(low))
        assert torch.allclose(*effects, atol=1e-5)
        assert effects[0].abs().max() > 1e-4
