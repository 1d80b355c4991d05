"""Generative models of colored points: `from models import colored_pi_generator`.

MODELS and PRIORS have them by the names of config.yaml; a new one is a class and a row. Rows are texts, "module:name",
imported when they are asked for: --help needs the names at once, and PyTorch takes seconds to load.
"""

from collections import UserDict
from importlib import import_module
from typing import Any


class Registry(UserDict[str, Any]):
    """Classes by name, each given as "module:name"."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = super().__getitem__(name).partition(":")
        return getattr(import_module(module), attribute)


MODELS = Registry(
    vanilla="models.vanilla:VanillaVAE",
    attention="models.attention:AttentionVAE",
)
PRIORS = Registry(
    picture="models.picture_prior:PicturePrior",
    mixture="models.priors:MixturePrior",
    normal="models.priors:NormalPrior",
)


def __getattr__(name: str) -> Any:
    if name != "colored_pi_generator":
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return import_module("models.generator").colored_pi_generator
