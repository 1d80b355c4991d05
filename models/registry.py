"""Models and priors by name, as config.yaml chooses them. A new one is one class and one row here."""

from collections import UserDict
from importlib import import_module
from typing import Any


class Registry(UserDict[str, Any]):
    """Classes by name. A row is the class, or "module:class", which is imported when it is asked for.

    So the names are known at once, without the seconds that PyTorch takes to load.
    """

    def __getitem__(self, name: str) -> Any:
        row = super().__getitem__(name)
        return getattr(import_module(row.partition(":")[0]), row.partition(":")[2]) if isinstance(row, str) else row


MODELS = Registry(
    vanilla="models.vanilla:VanillaVAE",
    attention="models.attention:AttentionVAE",
)
PRIORS = Registry(
    picture="models.picture_prior:PicturePrior",
    mixture="models.latent:MixturePrior",
    normal="models.latent:NormalPrior",
)
