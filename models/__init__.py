"""Generative models of colored points, all with the same methods: encode, reparameterize, decode, loss, sample."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from models.registry import MODELS

if TYPE_CHECKING:
    from models.generator import colored_pi_generator
    from models.vae import VAE

__all__ = ["MODELS", "VAE", "colored_pi_generator"]


def __getattr__(name: str) -> Any:
    """What needs PyTorch is imported when it is asked for, because that takes seconds."""
    modules = {"VAE": "models.vae", "colored_pi_generator": "models.generator"}
    if name not in modules:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(modules[name]), name)
