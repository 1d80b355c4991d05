from torch import nn

from models.vae import VAE
from utils.training.weights import weight_groups


def test_matrices_decay_and_what_a_module_names_learns_faster():
    model = nn.ModuleDict({"layer": nn.Linear(2, 3), "quick": nn.RNNCell(2, 2, bias=False)})
    model["quick"].lr_scale = {"weight_ih": 4.0}

    groups = {id(p): (group.decays, group.lr_scale) for group in weight_groups(model) for p in group.parameters}

    assert {name: groups[id(parameter)] for name, parameter in model.named_parameters()} == {
        "layer.weight": (True, 1.0),
        "layer.bias": (False, 1.0),
        "quick.weight_ih": (False, 4.0),
        "quick.weight_hh": (False, 1.0),
    }


def test_every_weight_is_in_one_group(model: VAE):
    grouped = [id(weight) for group in weight_groups(model) for weight in group.parameters]

    assert sorted(grouped) == sorted(map(id, model.parameters()))
