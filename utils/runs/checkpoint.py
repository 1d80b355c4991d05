"""checkpoint.pt: all that `--resume` needs, on the disk after each epoch."""

import dataclasses
import io
from pathlib import Path
from typing import Any, NamedTuple

import torch

from utils.program.errors import InputError
from utils.program.files import write_bytes
from utils.program.reading import ZIP, missing_in_run, reading
from utils.run import Trained
from utils.settings.config import Config
from utils.training.loop import Epoch, Training

# The version of checkpoint.pt.
FORMAT = 11
# A resumed run may change these, of which the first two may change the last digits of its weights. Where its data are
# does not matter, because they are known by their fingerprint.
MAY_CHANGE_BYTES = ("device", "compile")
FREE_TO_CHANGE = {"epochs", "data_path", "result_path", "num_workers", "gen_every_epochs", "n_generate", "keep_runs"}


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

    def restore(self, training: Training, config: Config, fingerprint: str, folder: Path) -> None:
        """Put `training` where it was. Raises InputError if the run had other settings or other data."""
        path, ours = folder / Trained.CHECKPOINT, dataclasses.asdict(config)
        changed = [name for name in ours if name not in FREE_TO_CHANGE and self.config.get(name) != ours[name]]
        if refused := [name for name in changed if name not in MAY_CHANGE_BYTES]:
            keys = ", ".join(f"{name} (was {self.config.get(name)}, is {ours[name]})" for name in refused)
            raise InputError(
                f"{path}: belongs to other settings: {keys}; set them back, or train anew without --resume"
            )
        if self.fingerprint != fingerprint:
            raise InputError(
                f"{path}: belongs to other data than {config.data_path} holds; set data_path to those, "
                "or train anew without --resume"
            )
        if changed:
            print(f"{' and '.join(changed)} changed: the last digits may differ from those of an uninterrupted run")
        try:
            training.load_state_dict(self.training)
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise _unusable(path, error) from None
        if training.step.n_done > training.n_steps:
            raise InputError(f"{path}: has {len(self.epochs)} epochs already; set epochs to that or more")


def exists(folder: Path) -> bool:
    """Whether `folder` holds a checkpoint."""
    return (folder / Trained.CHECKPOINT).exists()


def read_checkpoint(folder: Path) -> Checkpoint:
    """What `Checkpoint.save` wrote into `folder`. Nothing in the file can run code.

    Raises InputError if there is none, or it cannot be used.
    """
    path, advice = folder / Trained.CHECKPOINT, "train anew without --resume"
    with reading(path, "a checkpoint of this program", advice, ZIP, missing_in_run):
        content = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise _unusable(path, "written by another version of the program")
        epochs = [Epoch(*epoch) for epoch in content["epochs"]]
        return Checkpoint(dict(content["config"]), content["fingerprint"], epochs, content["training"])


def _unusable(path: Path, reason: object) -> InputError:
    words = (str(reason).splitlines() or [type(reason).__name__])[0]
    return InputError(f"{path}: cannot be resumed from ({words}); train anew without --resume")
