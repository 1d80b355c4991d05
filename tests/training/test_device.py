import pytest
import torch

from utils.system.errors import InputError
from utils.training.loop import pick_device


@pytest.mark.parametrize(("name", "found"), [("cpu", True), ("cuda:1", True), ("cuda:2", False), ("mps", False)])
def test_a_device_is_refused_unless_the_machine_has_it(monkeypatch: pytest.MonkeyPatch, name: str, found: bool):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)

    if found:
        assert pick_device(name) == torch.device(name)
    else:
        with pytest.raises(InputError, match=f"finds no {name} on this machine; set device to one of: cpu, cuda$"):
            pick_device(name)
