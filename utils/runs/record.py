"""What training leaves behind, epoch by epoch: the history, the model, its checkpoint, and the film."""

import copy
import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from models.vae import VAE
from utils.evaluation.likelihood import evaluate_loss
from utils.pictures.painting import paint, save_film, save_picture
from utils.program.background import Background
from utils.program.errors import InputError
from utils.program.files import write_text
from utils.runs import checkpoint
from utils.runs.checkpoint import Checkpoint
from utils.runs.folders import clear_results
from utils.settings.config import Config
from utils.training.loop import Epoch, Training

# Points on a frame of the film: enough to see the glyph, few enough to be drawn after each epoch.
FRAME_POINTS = 2000
# A longer film would be tiresome, and large.
MOST_FRAMES = 100
COLUMNS = [field.name for field in dataclasses.fields(Epoch)]


class Record:
    """Writes what `training` has come to into `config.output` after each epoch, while the next one is trained.

    The checkpoint is written last, when all the files that belong to it are there.
    """

    def __init__(self, config: Config, training: Training, data: ColoredPoints) -> None:
        self.config, self.training, self.data = config, training, data
        self.folder, self.fingerprint = config.output, data.fingerprint()
        self.epochs: list[Epoch] = []
        # Holds the weights as they were at the end of an epoch, while training changes its own.
        self._model = copy.deepcopy(training.model)
        self._background = Background()
        (self.folder / "epochs").mkdir(exist_ok=True)

    @property
    def generator(self) -> Generator:
        """The generator as training has made it so far."""
        return self._generator(self.training.average)

    def add(self, epoch: Epoch) -> None:
        """Keep the figures of `epoch` and the generator as it is now; paint it if gen_every_epochs says so.

        Returns when this is begun. Raises InputError if the files of the epoch before could not be written.
        """
        state = copy.deepcopy(self.training.state_dict())
        self._background.do(lambda: self._keep(epoch, state))

    def wait(self) -> None:
        """Wait until all that was added is on the disk. Raises InputError if it could not be written."""
        self._background.wait()

    def save(self) -> None:
        """Write the history, the model and the checkpoint, as they are now. Raises InputError if that fails."""
        self.wait()
        self._save(self.training.average, self.training.state_dict())

    def resume(self) -> None:
        """Continue from the checkpoint in the folder. Raises InputError if it cannot be used."""
        saved = checkpoint.read_checkpoint(self.folder)
        saved.restore(self.training, self.config, self.fingerprint, self.folder)
        self.epochs = saved.epochs

    def draw(self) -> None:
        """Draw the training curves and the film of the epochs so far."""
        # Not needed before: matplotlib takes a while to load, and training need not wait for it.
        from utils.pictures.curves import draw_loss_curves
        from utils.pictures.style import save_figure

        self.wait()
        if not self.epochs:
            return
        history = {name: np.array([getattr(epoch, name) for epoch in self.epochs]) for name in COLUMNS}
        save_figure(draw_loss_curves(f"{self.config.model} VAE: training", history), self.folder / "loss.png", dpi=110)
        painted = [epoch for epoch in self.epochs if self._is_painted(epoch) and self._frame_path(epoch).exists()]
        if painted:
            painted = [painted[i] for i in thinned(np.arange(len(painted)), MOST_FRAMES)]
            frames = (Image.open(self._frame_path(epoch)) for epoch in painted)
            captions = [f"epoch {epoch.epoch}   β {epoch.beta:.2f}   KL {epoch.train_kl:.1f} nats" for epoch in painted]
            # As many points as the frames have, for a fair comparison.
            data = paint(self.data.points[:FRAME_POINTS].numpy(), self.data.canvas)
            save_film(self.folder / "training.gif", data, frames, captions)

    def _keep(self, epoch: Epoch, state: dict[str, Any]) -> None:
        """Write all files of `epoch`, whose training had come to `state`."""
        # Of a run that is resumed: what was drawn from the model as it was.
        clear_results(self.folder)
        # Of the current weights, not of their average, as those of the training points.
        self._model.load_state_dict(state["model"])
        reconstruction, kl = evaluate_loss(self._model, self.training.held_out, self.config.seed)
        self.epochs.append(dataclasses.replace(epoch, heldout_reconstruction=reconstruction, heldout_kl=kl))
        self._model.load_state_dict(state["average"])
        if self._is_painted(epoch):
            # With the same random numbers each time, the film shows the model change and not chance.
            points = self._generator(self._model).sample(FRAME_POINTS, self.config.seed)
            save_picture(paint(points, self.data.canvas), self._frame_path(epoch))
        self._save(self._model, state)

    def _save(self, average: VAE, state: dict[str, Any]) -> None:
        history = io.StringIO()
        writer = csv.writer(history, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(dataclasses.astuple(epoch) for epoch in self.epochs)
        write_text(self.folder / "config.yaml", self.config.to_yaml())
        write_text(self.folder / "history.csv", history.getvalue())
        self._generator(average).save(self.folder / "model.pt")
        Checkpoint(dataclasses.asdict(self.config), self.fingerprint, self.epochs, state).save(self.folder)

    def _generator(self, model: VAE) -> Generator:
        return Generator(model, self.data.scaling, dataclasses.asdict(self.config), self.fingerprint)

    def _is_painted(self, epoch: Epoch) -> bool:
        every = int(self.config.gen_every_epochs)
        return every > 0 and (epoch.epoch % every == 0 or epoch.epoch == self.config.epochs)

    def _frame_path(self, epoch: Epoch) -> Path:
        return self.folder / "epochs" / f"epoch_{epoch.epoch:03}.png"


def read_history(folder: Path) -> dict[str, np.ndarray]:
    """The columns of history.csv in `folder`. Raises InputError if it cannot be read."""
    path = folder / "history.csv"
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {name: np.array([float(row[name]) for row in rows]) for name in COLUMNS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); train again, with retrain=true") from None
