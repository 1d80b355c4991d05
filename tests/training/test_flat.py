import torch

from models.vae import VAE
from utils.training.flat import flatten


def test_a_models_weights_and_gradients_are_views_of_the_vectors_and_stay_the_same(model: VAE):
    before = [parameter.detach().clone() for parameter in model.parameters()]

    vector = flatten(list(model.parameters()))

    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before, strict=True))
    assert len(vector) == sum(map(torch.numel, before))
    sum(parameter.square().sum() for parameter in model.parameters()).backward()
    torch.testing.assert_close(vector.grad, 2 * torch.cat([weight.flatten() for weight in before]))
    with torch.no_grad():
        vector.fill_(0.5)
    assert all((parameter == 0.5).all() for parameter in model.parameters())
