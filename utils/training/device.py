"""The device that a run computes on."""

import torch

from utils.system.errors import InputError


def pick_device(name: str) -> torch.device:
    """The device `name`. Raises InputError if this machine has none."""
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    device = torch.device(name)
    if not available[device.type] or (device.index or 0) >= max(1, torch.cuda.device_count()):
        found = ", ".join(kind for kind, there in available.items() if there)
        raise InputError(f"device: PyTorch finds no {name} on this machine; set device to one of: {found}")
    return device
