"""Generative models of colored points, all with the same methods: encode, reparameterize, decode, loss, sample."""

from models.generator import colored_pi_generator
from models.registry import MODELS
from models.vae import VAE

__all__ = ["MODELS", "VAE", "colored_pi_generator"]
