"""Generative models of colored points: `from models import colored_pi_generator`.

MODELS and PRIORS have them by the names of config.yaml; a new one is a class and a row. Rows are texts, "module:name",
imported when they are asked for: --help needs the names at once, and PyTorch takes seconds to load.
"""

from pkgutil import resolve_name
from typing import Any

MODELS = {
    "vanilla": "models.vanilla:VanillaVAE",
    "attention": "models.attention:AttentionVAE",
}
PRIORS = {
    "picture": "models.picture_prior:PicturePrior",
    "mixture": "models.priors:MixturePrior",
    "normal": "models.priors:NormalPrior",
}


def __getattr__(name: str) -> Any:
    if name != "colored_pi_generator":
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return resolve_name("models.generator:colored_pi_generator")
