"""The models by name, as config.yaml chooses them. A new model is one file and one row here."""

from collections.abc import Callable

from models.attention import AttentionVAE
from models.vae import VAE
from models.vanilla import VanillaVAE

MODELS: dict[str, Callable[..., VAE]] = {
    "vanilla": VanillaVAE,
    "attention": AttentionVAE,
}
