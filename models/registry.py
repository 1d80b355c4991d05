"""The models by name, as config.yaml chooses them. A new model is one file and one row here."""

from collections import UserDict
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from models.vae import VAE

Row = Union[str, "Callable[..., VAE]"]


class Registry(UserDict[str, Row]):
    """Classes of models by name. A row is "module:class", which is imported when it is asked for.

    So the names are known at once, without the seconds that PyTorch takes to load.
    """

    def __getitem__(self, name: str) -> "Callable[..., VAE]":
        row = super().__getitem__(name)
        if not isinstance(row, str):
            return row
        module, _, kind = row.partition(":")
        model: Callable[..., VAE] = getattr(import_module(module), kind)
        return model


MODELS = Registry(
    vanilla="models.vanilla:VanillaVAE",
    attention="models.attention:AttentionVAE",
)
