import torch

from models.attention import AttentionVAE


def test_each_coordinate_depends_on_those_before_it(torch_rng: torch.Generator):
    """Were the coordinates independent given z, a change of one would have the same effect whatever the others are."""
    torch.manual_seed(0)
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4)
    decoded = model.decode(model.prior.sample(6, torch_rng))
    x = torch.rand(6, 5, generator=torch_rng)

    for later in range(1, 5):
        moved, other = x.clone(), x.clone()
        moved[:, later - 1] = 1 - moved[:, later - 1]
        other[:, later] = 1 - other[:, later]
        both = other.clone()
        both[:, later - 1] = moved[:, later - 1]
        effects = decoded.log_prob(moved) - decoded.log_prob(x), decoded.log_prob(both) - decoded.log_prob(other)
        assert not torch.allclose(*effects, atol=1e-4)


def test_a_hidden_vector_depends_on_earlier_coordinates_only(torch_rng: torch.Generator):
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4)
    z, x = model.prior.sample(6, torch_rng), torch.rand(6, 4, generator=torch_rng)

    for coordinate in range(4):
        changed = x.clone()
        changed[:, coordinate] = 1 - changed[:, coordinate]
        same = model.color_stack(z, x) == model.color_stack(z, changed)
        assert same[:, : coordinate + 1].all()
        assert not same[:, coordinate + 1].any()


def test_sampling_sees_the_same_hidden_vectors_as_training(torch_rng: torch.Generator):
    """Sampling goes token by token with a cache of keys and values; training takes all tokens at once."""
    model = AttentionVAE(hidden_dim=32, latent_dim=3, n_components=4)
    z, x = model.prior.sample(6, torch_rng), torch.rand(6, 4, generator=torch_rng)

    past: list[torch.Tensor] = []
    one_by_one = [model.color_stack(z, x[:, :k], past, skip=2 if k == 2 else 0) for k in (2, 3, 4)]

    for at_once in (model.color_stack(z, x)[:, 2:], model.color_stack(z, x, skip=2)):
        assert torch.allclose(torch.cat(one_by_one, dim=1), at_once, atol=1e-5)
