"""The models by name, as config.yaml chooses them."""

from models.attention import AttentionVAE
from models.vae import VAE
from models.vanilla import VanillaVAE

MODELS: dict[str, type[VAE]] = {"attention": AttentionVAE, "vanilla": VanillaVAE}
