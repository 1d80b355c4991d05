"""What training leaves behind, epoch by epoch: the history, the model so far, its checkpoint, and the film."""

import csv
import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from data.points import ColoredPoints
from models.generator import Generator
from utils.evaluation.two_sample import thinned
from utils.pictures.plotting import paint, save_film, save_loss_curves
from utils.program.errors import InputError
from utils.program.files import write_whole
from utils.settings.config import Config
from utils.training.loop import Epoch, Training

# Points on a frame of the film: enough to see the glyph, few enough to be drawn after each epoch.
FRAME_POINTS = 2000
# A film of more would be long to watch, and large.
MOST_FRAMES = 100
CHECKPOINT = "checkpoint.pt"
FORMAT = 2
# Settings that a resumed run may change: how long it trains, and where files are (the data are known by fingerprint).
FREE_TO_CHANGE = ("epochs", "data_path", "result_path")


class Record:
    """Writes into `folder` after each epoch; the checkpoint comes last, when all that it counts on is there."""

    def __init__(self, folder: Path, config: Config, training: Training, data: ColoredPoints) -> None:
        self.folder, self.config, self.training, self.data = folder, config, training, data
        self.fingerprint = data.fingerprint()
        self.rows: list[Epoch] = []
        (folder / "epochs").mkdir(exist_ok=True)

    def add(self, row: Epoch, generator: Generator) -> None:
        """Keep the epoch's figures and the generator as it is now; paint it where gen_every_epochs says so."""
        self.rows.append(row)
        if self._is_painted(row):
            self.paint_frame(row, generator)
        write_whole(self.folder / "history.csv", self._write_history)
        generator.save(self.folder / "model.pt")
        self.save_checkpoint()

    def paint_frame(self, row: Epoch, generator: Generator) -> None:
        """Paint what the generator draws after the epoch, from the same random numbers each time.

        What moves from frame to frame is the model, not chance.
        """
        frame = paint(generator.sample(FRAME_POINTS, self.config.seed), *generator.scaling.size[:2])
        frame.save(self._frame_path(row), compress_level=1)

    def save_checkpoint(self) -> None:
        """Write all that a resumed run needs."""
        content = {
            "format": FORMAT,
            "config": dataclasses.asdict(self.config),
            "fingerprint": self.fingerprint,
            "rows": [dataclasses.astuple(row) for row in self.rows],
            "training": self.training.state_dict(),
        }
        write_whole(self.folder / CHECKPOINT, lambda path: torch.save(content, path))

    def resume(self, content: dict[str, Any]) -> None:
        """Take up the run of a checkpoint that `read_checkpoint` read.

        Raises InputError where it is one of other settings or other data.
        """
        path = self.folder / CHECKPOINT
        ours = dataclasses.asdict(self.config)
        changed = [key for key in ours if key not in FREE_TO_CHANGE and content["config"].get(key) != ours[key]]
        if changed:
            keys = ", ".join(f"{key} (was {content['config'].get(key)}, is {ours[key]})" for key in changed)
            raise InputError(
                f"{path}: belongs to other settings: {keys}; set them back, or train anew without --resume"
            )
        if content["fingerprint"] != self.fingerprint:
            raise InputError(
                f"{path}: belongs to other data than {self.config.data_path} holds; set data_path to those, "
                "or train anew without --resume"
            )
        try:
            self.rows = [Epoch(*row) for row in content["rows"]]
            self.training.load_state_dict(content["training"])
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise _unusable(path, error) from None
        if self.training.step > self.training.n_steps:
            raise InputError(f"{path}: has {len(self.rows)} epochs already; set epochs to that or more")

    def draw(self) -> None:
        """Draw the training curves and the film of the epochs so far."""
        if not self.rows:
            return
        history = {
            field.name: np.array([getattr(row, field.name) for row in self.rows]) for field in dataclasses.fields(Epoch)
        }
        save_loss_curves(self.folder / "loss.png", f"{self.config.model} VAE: training", history)
        painted = [row for row in self.rows if self._is_painted(row) and self._frame_path(row).exists()]
        if painted:
            painted = [painted[i] for i in thinned(np.arange(len(painted)), MOST_FRAMES)]
            frames = [Image.open(self._frame_path(row)) for row in painted]
            captions = [f"epoch {row.epoch}   β {row.beta:.2f}   KL {row.train_kl:.1f} nats" for row in painted]
            # As many points as the frames have, for a fair look.
            points = self.data.points[:FRAME_POINTS].numpy()
            data = paint(points, *self.data.scaling.size[:2])
            save_film(self.folder / "training.gif", data, frames, captions)

    def _is_painted(self, row: Epoch) -> bool:
        every = int(self.config.gen_every_epochs)
        return every > 0 and (row.epoch % every == 0 or row.epoch == self.config.epochs)

    def _frame_path(self, row: Epoch) -> Path:
        return self.folder / "epochs" / f"epoch_{row.epoch:03}.png"

    def _write_history(self, path: Path) -> None:
        with open(path, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(field.name for field in dataclasses.fields(Epoch))
            table.writerows(dataclasses.astuple(row) for row in self.rows)


def clear(folder: Path) -> None:
    """Remove what an earlier run left in `folder`, as far as a new one would not overwrite it."""
    for old in [*folder.glob("epochs/epoch_*.png"), folder / "training.gif", folder / CHECKPOINT]:
        old.unlink(missing_ok=True)


def read_history(folder: Path) -> dict[str, np.ndarray]:
    """The columns of history.csv in `folder`. Raises InputError where it cannot be read."""
    path = folder / "history.csv"
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {field.name: np.array([float(row[field.name]) for row in rows]) for field in dataclasses.fields(Epoch)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); train again, with retrain=true") from None


def read_checkpoints(runs: list[Config]) -> list[dict[str, Any] | None]:
    """The checkpoint of each of the `runs` that there are to resume; None for one that has not begun.

    Raises InputError where none has, or no use can be made of one.
    """
    begun = [run for run in runs if (run.output / CHECKPOINT).exists()] or runs
    return [read_checkpoint(run.output) if run in begun else None for run in runs]


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """What `Record.save_checkpoint` wrote into `folder`. Nothing in the file can run code.

    Raises InputError where there is none, or no use can be made of it.
    """
    path = folder / CHECKPOINT
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no run to resume; start one without --resume") from None
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise _unusable(path, error) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT or not isinstance(content.get("config"), dict):
        raise _unusable(path, "written by another version of the program")
    return content


def _unusable(path: Path, reason: object) -> InputError:
    words = (str(reason).splitlines() or [type(reason).__name__])[0]
    return InputError(f"{path}: cannot be resumed from ({words}); train anew without --resume")
