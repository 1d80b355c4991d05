"""What the decoders of both models share, the `model` fixture being each in turn."""

import torch

from models.point_vae import PointVAE


def test_a_pixel_has_one_color_wherever_in_it_dequantization_moves_a_point(model: PointVAE):
    """Each pixel of the fixture's grid is a sixtieth of the picture wide."""
    corner, middle, beside = (torch.tensor([[x, 20.5]]) / 60 for x in (10.01, 10.5, 11.01))

    assert torch.equal(model.decoder.colors(corner).mean, model.decoder.colors(middle).mean)
    assert not torch.equal(model.decoder.colors(beside).mean, model.decoder.colors(middle).mean)
