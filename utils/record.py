"""What training leaves behind, epoch by epoch: the history, the model so far, and the film of what it paints."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from models.generator import Generator
from utils.config import Config
from utils.errors import InputError
from utils.plotting import paint, save_film, save_loss_curves
from utils.training import Epoch

# Points on a frame of the film: enough to see the glyph, few enough to be drawn after each epoch.
FRAME_POINTS = 2000


class Record:
    """Writes into `folder` after each epoch, so that a run that ends early still leaves its last good model.

    What an earlier run left there is removed first, as far as this one would not overwrite it.
    Raises InputError where the folder cannot be written to.
    """

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder, self.config = folder, config
        self.rows: list[Epoch] = []
        self.frames: list[Image.Image] = []
        self.captions: list[str] = []
        try:
            (folder / "epochs").mkdir(parents=True, exist_ok=True)
            for old in [*folder.glob("epochs/epoch_*.png"), folder / "training.gif"]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"{error.filename}: cannot be written ({error.strerror}); set result_path to a folder that can"
            ) from None

    def add(self, row: Epoch, generator: Generator) -> None:
        """Keep the epoch's figures and the generator as it is now; paint it where gen_every_epochs says so."""
        self.rows.append(row)
        with open(self.folder / "history.csv", "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(field.name for field in dataclasses.fields(Epoch))
            table.writerows(dataclasses.astuple(row) for row in self.rows)
        generator.save(self.folder / "model.pt")
        every = int(self.config.gen_every_epochs)
        if every and (row.epoch % every == 0 or row.epoch == self.config.epochs):
            # The same random numbers each time: what moves from frame to frame is the model, not chance.
            frame = paint(generator.sample(FRAME_POINTS, self.config.seed), *generator.scaling.size[:2])
            frame.save(self.folder / "epochs" / f"epoch_{row.epoch:03}.png")
            self.frames.append(frame)
            self.captions.append(f"epoch {row.epoch}   β {row.beta:.2f}   KL {row.train_kl:.1f} nats")

    def draw(self) -> None:
        """Draw the training curves and the film of the epochs so far."""
        if not self.rows:
            return
        history = {
            field.name: np.array([getattr(row, field.name) for row in self.rows]) for field in dataclasses.fields(Epoch)
        }
        save_loss_curves(self.folder / "loss.png", f"{self.config.model} VAE: training", history)
        if self.frames:
            save_film(self.folder / "training.gif", self.frames, self.captions)
