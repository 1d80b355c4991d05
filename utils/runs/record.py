"""What training leaves behind, epoch by epoch: the history, the model, the film, and the checkpoint for `--resume`."""

import contextlib
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from data.painting import paint, save_film, save_picture
from data.points import ColoredPoints
from models.generator import Generator
from utils.runs.folders import clear_results
from utils.runs.run import History, Trained
from utils.settings.config import Config
from utils.system.errors import InputError, reason_of
from utils.system.files import skipped_if_held, write_bytes, write_text
from utils.system.reading import missing_in_run, reading
from utils.training.loop import Epoch, Training

# Points on a frame of the film: enough to see the glyph, few enough to be painted after each epoch.
FRAME_POINTS = 2000
# The version of checkpoint.pt.
FORMAT = 11
ANEW = "train anew without --resume"


class Record:
    """Writes the state of `training` into `config.output`, after each epoch.

    The checkpoint is written last, when all the files that belong to it are there.
    """

    def __init__(self, config: Config, training: Training, data: ColoredPoints) -> None:
        self.config, self.training, self.data = config, training, data
        self.folder, self.fingerprint = config.output, data.fingerprint()
        self.epochs: list[Epoch] = []
        self.settings = config.to_yaml()
        (self.folder / Trained.FRAMES).mkdir(exist_ok=True)

    @property
    def generator(self) -> Generator:
        """The generator as training has made it so far."""
        return Generator(self.training.average, self.data.scaling, dataclasses.asdict(self.config), self.fingerprint)

    @property
    def history(self) -> History:
        """The columns of history.csv so far."""
        names = [field.name for field in dataclasses.fields(Epoch)]
        return {name: np.array([getattr(epoch, name) for epoch in self.epochs]) for name in names}

    def add(self, epoch: Epoch) -> None:
        """Write the figures of `epoch` and the generator as it is now; paint it if gen_every_epochs says so.

        Raises InputError if the model or the checkpoint cannot be written.
        """
        # If the run was resumed, there are results of the model as it was.
        clear_results(self.folder)
        self.epochs.append(epoch)
        if self._is_painted(epoch):
            # With the same random numbers each time, the film shows the model change and not chance.
            points = self.generator.sample(FRAME_POINTS, self.config.seed)
            with skipped_if_held():
                save_picture(paint(points, self.data.canvas), self._frame_path(epoch))
        # The next epoch writes all of it anew, so only the last one must succeed.
        with skipped_if_held() if epoch.epoch < self.config.epochs else contextlib.nullcontext():
            self.save()

    def save(self) -> None:
        """Write the settings, the history, the model and the checkpoint. Raises InputError for the last two."""
        self._write_texts()
        self.generator.save(self.folder / Trained.MODEL)
        content = {
            "config": dataclasses.asdict(self.config),
            "fingerprint": self.fingerprint,
            "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs],
            "training": self.training.state_dict(),
            "format": FORMAT,
        }
        packed = io.BytesIO()
        torch.save(content, packed)
        # Durable, because it must survive a power cut.
        write_bytes(self.folder / Trained.CHECKPOINT, packed.getvalue(), durable=True)

    def resume(self) -> None:
        """Continue from the checkpoint in the folder.

        Raises InputError if it cannot be used, or belongs to other settings or other data.
        """
        path, saved, ours = self.folder / Trained.CHECKPOINT, read_checkpoint(self.folder), vars(self.config)
        # Where the data are does not matter, because they are known by their fingerprint.
        free = {"epochs", "data_path", "result_path", "num_workers", "gen_every_epochs", "n_generate", "keep_runs"}
        changed = {name: saved["config"].get(name) for name in ours if name not in free}
        changed = {name: before for name, before in changed.items() if before != ours[name]}
        # These two change the last digits of the weights, and no more.
        if refused := changed.keys() - {"device", "compile"}:
            keys = ", ".join(f"{name} (was {changed[name]}, is {ours[name]})" for name in changed if name in refused)
            raise InputError(f"{path}: belongs to other settings: {keys}; set them back, or {ANEW}")
        if saved["fingerprint"] != self.fingerprint:
            raise InputError(
                f"{path}: belongs to other data than {self.config.data_path} holds; set data_path to those, or {ANEW}"
            )
        if changed:
            print(f"{' and '.join(changed)} changed: the last digits may differ from those of an uninterrupted run")
        try:
            self.training.load_state_dict(saved["training"])
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise InputError(f"{path}: cannot be resumed from ({reason_of(error)}); {ANEW}") from None
        if self.training.step.n_done > self.training.n_steps:
            raise InputError(f"{path}: has {len(saved['epochs'])} epochs already; set epochs to that or more")
        self.epochs = [Epoch(*epoch) for epoch in saved["epochs"]]
        # Settings that may change, such as n_generate, are from now on those of today.
        self.save()

    def plot(self) -> None:
        """Plot the training curves, and make the film of the epochs so far."""
        # Imported late, because matplotlib takes a while to load, and training need not wait for it.
        from utils.pictures.curves import plot_losses
        from utils.pictures.style import save_figure

        if not self.epochs:
            return
        # They may have been held open by another program when the last epoch was over.
        self._write_texts()
        with skipped_if_held():
            save_figure(plot_losses(f"{self.config.model} VAE: training", self.history), self.folder / Trained.LOSSES)
        painted = [epoch for epoch in self.epochs if self._is_painted(epoch) and self._frame_path(epoch).exists()]
        if painted:
            # A film of more than 100 frames would be tiresome, and large.
            painted = [painted[i] for i in np.linspace(0, len(painted) - 1, min(100, len(painted))).round().astype(int)]
            frames = (Image.open(self._frame_path(epoch)) for epoch in painted)
            captions = [
                f"epoch {epoch.epoch}   beta {epoch.beta:.2f}   KL {epoch.train_kl:.1f} nats" for epoch in painted
            ]
            # As many points as the frames have, for a fair comparison.
            data = paint(self.data.points[:FRAME_POINTS].numpy(), self.data.canvas)
            with skipped_if_held():
                save_film(self.folder / Trained.FILM, data, frames, captions)

    def _write_texts(self) -> None:
        rows = [tuple(self.history), *map(dataclasses.astuple, self.epochs)]
        table = "".join(",".join(map(str, row)) + "\n" for row in rows)
        for name, text in ((Trained.CONFIG, self.settings), (Trained.HISTORY, table)):
            with skipped_if_held():
                write_text(self.folder / name, text)

    def _is_painted(self, epoch: Epoch) -> bool:
        every = int(self.config.gen_every_epochs)
        return every > 0 and (epoch.epoch % every == 0 or epoch.epoch == self.config.epochs)

    def _frame_path(self, epoch: Epoch) -> Path:
        return self.folder / Trained.FRAMES / f"epoch_{epoch.epoch:03}.png"


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """The content of the checkpoint in `folder`. Nothing in the file can run code.

    Raises InputError if there is none, or another version of the program wrote it.
    """
    path = folder / Trained.CHECKPOINT
    with reading(path, "a checkpoint of this program", ANEW, missing_in_run(path)):
        content = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise InputError(f"{path}: was written by another version of the program; {ANEW}")
        return content
