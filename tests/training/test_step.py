from torch import nn

from utils.training.step import rules


def test_matrices_decay_and_what_a_module_names_learns_faster():
    model = nn.ModuleDict({"layer": nn.Linear(2, 3), "quick": nn.RNNCell(2, 2, bias=False)})
    model["quick"].lr_scale = {"weight_ih": 4.0}

    assert dict(zip([name for name, _ in model.named_parameters()], rules(model), strict=True)) == {
        "layer.weight": (1.0, 1.0),
        "layer.bias": (1.0, 0.0),
        "quick.weight_ih": (4.0, 0.0),
        "quick.weight_hh": (1.0, 0.0),
    }
