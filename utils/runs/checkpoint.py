"""checkpoint.pt: all that `--resume` needs, on the disk after each epoch."""

import dataclasses
import io
from pathlib import Path
from typing import Any, NamedTuple

import torch

from utils.program.errors import InputError, reason_of
from utils.program.files import write_bytes
from utils.program.reading import ZIP, missing_in_run, reading
from utils.run import Trained
from utils.settings.config import Config
from utils.training.loop import Epoch, Training

# The version of checkpoint.pt.
FORMAT = 11
# A resumed run may change these. Where its data are does not matter, because they are known by their fingerprint.
FREE_TO_CHANGE = {"epochs", "data_path", "result_path", "num_workers", "gen_every_epochs", "n_generate", "keep_runs"}
ANEW = "train anew without --resume"


class Checkpoint(NamedTuple):
    """The settings of a run, the fingerprint of its data, its epochs so far, and the state of its training."""

    config: dict[str, Any]
    fingerprint: str
    epochs: list[Epoch]
    training: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Write the checkpoint into `folder`. It survives a power cut. Raises InputError if it cannot be written."""
        content = self._asdict() | {"format": FORMAT, "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs]}
        packed = io.BytesIO()
        torch.save(content, packed)
        write_bytes(folder / Trained.CHECKPOINT, packed.getvalue(), durable=True)

    def restore(self, training: Training, config: Config, fingerprint: str) -> None:
        """Put `training` where it was. Raises InputError if the run had other settings or other data."""
        path, ours = config.output / Trained.CHECKPOINT, dataclasses.asdict(config)
        changed = [name for name in ours if name not in FREE_TO_CHANGE and self.config.get(name) != ours[name]]
        # These two change the last digits of the weights, and no more.
        if refused := [name for name in changed if name not in ("device", "compile")]:
            keys = ", ".join(f"{name} (was {self.config.get(name)}, is {ours[name]})" for name in refused)
            raise InputError(f"{path}: belongs to other settings: {keys}; set them back, or {ANEW}")
        if self.fingerprint != fingerprint:
            raise InputError(
                f"{path}: belongs to other data than {config.data_path} holds; set data_path to those, or {ANEW}"
            )
        if changed:
            print(f"{' and '.join(changed)} changed: the last digits may differ from those of an uninterrupted run")
        try:
            training.load_state_dict(self.training)
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise InputError(f"{path}: cannot be resumed from ({reason_of(error)}); {ANEW}") from None
        if training.step.n_done > training.n_steps:
            raise InputError(f"{path}: has {len(self.epochs)} epochs already; set epochs to that or more")


def read_checkpoint(folder: Path) -> Checkpoint:
    """What `Checkpoint.save` wrote into `folder`. Nothing in the file can run code.

    Raises InputError if there is none, or it cannot be used.
    """
    path = folder / Trained.CHECKPOINT
    with reading(path, "a checkpoint of this program", ANEW, ZIP, missing_in_run):
        content = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise InputError(f"{path}: was written by another version of the program; {ANEW}")
        epochs = [Epoch(*epoch) for epoch in content["epochs"]]
        return Checkpoint(dict(content["config"]), content["fingerprint"], epochs, content["training"])
