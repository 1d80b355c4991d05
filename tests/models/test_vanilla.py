import torch
from torch import nn

from data.scaling import Scaling
from models.vanilla import VanillaVAE


def test_its_networks_are_multilayer_perceptrons():
    """Each point goes through them alone, and no layer relates its coordinates but by matrices."""
    model = VanillaVAE(hidden_dim=32, latent_dim=3, n_components=4, scaling=Scaling.of_picture(60, 60))

    matrices = [module for module in model.encoder.modules() if isinstance(module, nn.Linear)]
    assert len(matrices) == 4
    assert not any(isinstance(module, nn.MultiheadAttention) for module in model.modules())


def test_the_colors_depend_on_the_place(torch_rng: torch.Generator):
    torch.manual_seed(0)
    decoder = VanillaVAE(hidden_dim=32, latent_dim=3, n_components=4, scaling=Scaling.of_picture(60, 60)).decoder
    place = torch.rand(6, 2, generator=torch_rng)

    assert not torch.allclose(decoder.colors(place).mean, decoder.colors(1 - place).mean)
