"""Generative models of colored points, all with the same methods: encode, reparameterize, decode, loss, sample."""

from typing import TYPE_CHECKING, Any

from models.registry import MODELS

if TYPE_CHECKING:
    from models.generator import colored_pi_generator
    from models.vae import VAE

__all__ = ["MODELS", "VAE", "colored_pi_generator"]


def __getattr__(name: str) -> Any:
    """What needs PyTorch is imported when it is asked for, because that takes seconds."""
    if name == "VAE":
        from models.vae import VAE

        return VAE
    if name == "colored_pi_generator":
        from models.generator import colored_pi_generator

        return colored_pi_generator
    raise AttributeError(f"module 'models' has no attribute {name!r}")
