"""What training leaves behind, epoch by epoch: the history, the model, its checkpoint, and the film."""

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from utils.pictures.painting import paint, save_film, save_picture
from utils.program.files import skipped_if_held, write_text
from utils.run import History, Trained
from utils.runs.checkpoint import Checkpoint, read_checkpoint
from utils.runs.folders import clear_results
from utils.settings.config import Config
from utils.training.loop import Epoch, Training

# Points on a frame of the film: enough to see the glyph, few enough to be painted after each epoch.
FRAME_POINTS = 2000


class Record:
    """Writes the state of `training` into `config.output`, after each epoch.

    The checkpoint is written last, when all the files that belong to it are there.
    """

    def __init__(self, config: Config, training: Training, data: ColoredPoints) -> None:
        self.config, self.training, self.data = config, training, data
        self.folder, self.fingerprint = config.output, data.fingerprint()
        self.epochs: list[Epoch] = []
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
        state = Checkpoint(dataclasses.asdict(self.config), self.fingerprint, self.epochs, self.training.state_dict())
        state.save(self.folder)

    def resume(self) -> None:
        """Continue from the checkpoint in the folder. Raises InputError if it cannot be used."""
        saved = read_checkpoint(self.folder)
        saved.restore(self.training, self.config, self.fingerprint)
        self.epochs = saved.epochs
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
            painted = [painted[i] for i in thinned(np.arange(len(painted)), 100)]
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
        for name, text in ((Trained.CONFIG, self.config.to_yaml()), (Trained.HISTORY, table)):
            with skipped_if_held():
                write_text(self.folder / name, text)

    def _is_painted(self, epoch: Epoch) -> bool:
        every = int(self.config.gen_every_epochs)
        return every > 0 and (epoch.epoch % every == 0 or epoch.epoch == self.config.epochs)

    def _frame_path(self, epoch: Epoch) -> Path:
        return self.folder / Trained.FRAMES / f"epoch_{epoch.epoch:03}.png"
