"""Models and priors, as config.yaml names them. A new one is a class and a row."""

from collections import UserDict
from importlib import import_module
from typing import Any


class Registry(UserDict[str, Any]):
    """Classes or functions by name. A row is one of them, or "module:name", which is imported when it is asked for.

    So the names are known at once, without the seconds that PyTorch takes to load.
    """

    def __getitem__(self, name: str) -> Any:
        return imported(super().__getitem__(name))


def imported(row: Any) -> Any:
    """What a `row` stands for: what "module:name" names, or the row itself."""
    return getattr(import_module(row.partition(":")[0]), row.partition(":")[2]) if isinstance(row, str) else row


MODELS = Registry(
    vanilla="models.vanilla:VanillaVAE",
    attention="models.attention:AttentionVAE",
)
PRIORS = Registry(
    picture="models.picture_prior:PicturePrior",
    mixture="models.priors:MixturePrior",
    normal="models.priors:NormalPrior",
)
