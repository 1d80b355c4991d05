"""What training leaves in its folder, epoch by epoch: history, model, film, and the checkpoint for `--resume`."""

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from data import random_subset
from data.pictures import paint, save_film, save_picture
from data.points import ColoredPoints
from models.generator import Generator, load_generator, save_content, saved_content
from utils.settings.config import Config
from utils.system.environment import code_version
from utils.system.errors import InputError
from utils.system.files import skipped_if_held, write_text
from utils.system.program import Interrupted, deferred
from utils.training.loop import Epoch, Training

FRAME_POINTS = 2000  # of the film: enough to see the glyph, few enough to be painted after each epoch
ANEW = "train anew without --resume"
DATA = "data in data_path"  # how messages name the fingerprint of the data, among the settings


class TrainingFile(StrEnum):
    """What training writes into the folder of its run, after each epoch."""

    CONFIG = "config.yaml"
    HISTORY = "history.csv"
    MODEL = "model.pt"
    CHECKPOINT = "checkpoint.pt"
    FRAMES = "epochs"
    FILM = "training.gif"
    LOSSES = "loss.png"


class Record:
    """Writes the state of `training` into `config.output`, after each epoch; the checkpoint last."""

    def __init__(self, config: Config, training: Training, data: ColoredPoints) -> None:
        self.config, self.training, self.data, self.folder = config, training, data, config.output
        # As training has made it so far.
        self.generator = Generator(training.average, data.scaling, vars(config), data.fingerprint(), code_version())
        self.epochs: list[Epoch] = []
        (self.folder / TrainingFile.FRAMES).mkdir(exist_ok=True)

    def add(self, epoch: Epoch) -> None:
        """Paint the generator if gen_every_epochs says so, and save all. Raises InputError if it cannot be saved."""
        self.epochs.append(epoch)
        is_last, every = epoch.epoch == self.config.epochs, int(self.config.gen_every_epochs)
        if every and (is_last or epoch.epoch % every == 0):
            # With the same random numbers each time, the film shows the model change and not chance.
            points = self.generator.sample(FRAME_POINTS, self.config.seed)
            with skipped_if_held():
                save_picture(paint(points, self.data.canvas), self._frame(epoch))
        # The next epoch writes all of it anew, so only the last one must succeed.
        with contextlib.nullcontext() if is_last else skipped_if_held():
            self.save()

    def save(self) -> None:
        """Write the settings, the history, the model and the checkpoint. Raises InputError for the last two."""
        history = "".join(",".join(map(str, row)) + "\n" for row in (Epoch._fields, *self.epochs))
        for name, text in ((TrainingFile.CONFIG, self.config.to_yaml()), (TrainingFile.HISTORY, history)):
            with skipped_if_held():
                write_text(self.folder / name, text)
        self.generator.save(self.folder / TrainingFile.MODEL)
        content = {"epochs": [tuple(epoch) for epoch in self.epochs], "training": self.training.state_dict()}
        # Durable, because it must survive a power cut.
        save_content(self.folder / TrainingFile.CHECKPOINT, self.generator, content, durable=True)

    def resume(self) -> None:
        """Continue from the checkpoint in the folder, if there is one. Raises InputError if it cannot be used."""
        path, fingerprint = self.folder / TrainingFile.CHECKPOINT, self.generator.fingerprint
        if not path.exists():
            return
        with saved_content(path, "checkpoint", ANEW) as saved:
            before, now = saved["config"] | {DATA: saved["fingerprint"]}, vars(self.config) | {DATA: fingerprint}
            fixed = [name for name in Config.names("model", "training") if name != "epochs"]
            refuse_changes(path, before, now, fixed, ANEW)
            if inexact := [name for name in Config.names("machine") if before.get(name) != now[name]]:
                print(f"{' and '.join(inexact)} changed: the last digits may differ from those of an uninterrupted run")
            self.training.load_state_dict(saved["training"])
            self.epochs = [Epoch(*epoch) for epoch in saved["epochs"]]
            if self.training.step > self.training.n_steps:
                raise InputError(f"{path}: has {len(self.epochs)} epochs already; set epochs to that or more")
        if saved["code"] != self.generator.code:
            self.generator.code = f"{saved['code']}, from epoch {len(self.epochs) + 1} by {self.generator.code}"
        # Settings that may change, such as n_generate, are from now on those of today.
        self.save()

    @contextlib.contextmanager
    def stoppable(self, to_continue: str) -> Iterator[list[int]]:
        """A list of signals, each of which ends training after a step. The film is made in any case.

        Raises Interrupted at the end if there was a signal: all is saved then, and `to_continue` is the command.
        """
        with deferred() as signals:
            try:
                yield signals
            finally:
                self.save_film()
            if signals:
                self.save()
                raise Interrupted(signals[0], f"stopped after {len(self.epochs)} epochs; to continue: {to_continue}")

    def save_film(self) -> None:
        """Make the film of the epochs so far, if any of them were painted."""
        painted = [epoch for epoch in self.epochs if self._frame(epoch).exists()]
        if not painted:
            return
        # A film of more than 100 frames would be tiresome, and large.
        painted = [painted[i] for i in np.linspace(0, len(painted) - 1, min(100, len(painted))).round().astype(int)]
        frames = (Image.open(self._frame(epoch)) for epoch in painted)
        captions = [f"epoch {epoch.epoch}   beta {epoch.beta:.2f}   KL {epoch.train_kl:.1f} nats" for epoch in painted]
        # As many points as the frames have, for a fair comparison.
        data = paint(random_subset(self.data.points, FRAME_POINTS).numpy(), self.data.canvas)
        with skipped_if_held():
            save_film(self.folder / TrainingFile.FILM, data, frames, captions)

    def _frame(self, epoch: Epoch) -> Path:
        return self.folder / TrainingFile.FRAMES / f"epoch_{epoch.epoch:03}.png"


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """The content of the checkpoint in `folder`. Raises InputError if it cannot be used."""
    with saved_content(folder / TrainingFile.CHECKPOINT, "checkpoint", ANEW) as content:
        return content


def load_trained(config: Config, data: ColoredPoints) -> Generator:
    """The generator that was trained with `config` on `data`. Raises InputError if there is none, or another one."""
    path = config.output / TrainingFile.MODEL
    generator = load_generator(path, config.device)
    before, now = generator.config | {DATA: generator.fingerprint}, vars(config) | {DATA: data.fingerprint()}
    refuse_changes(path, before, now, Config.names("model"), "train again, with retrain=true")
    return generator


def refuse_changes(path: Path, before: dict[str, Any], now: dict[str, Any], names: list[str], advice: str) -> None:
    """Raise InputError if the data, or settings with these `names`, are not those that `path` was made with."""
    changed = [name for name in (*names, DATA) if before.get(name) != now[name]]
    if changed:
        changes = ", ".join(f"{name} (was {before.get(name)}, is {now[name]})" for name in changed)
        raise InputError(f"{path}: belongs to other settings or data: {changes}; set it back, or {advice}")


def check(configs: list[Config], data: ColoredPoints, resume: bool) -> None:
    """Raise InputError if one of the `configs` cannot be run, before anything is written."""
    for config in configs:
        try:
            torch.empty(1, device=config.device)
        except (RuntimeError, AssertionError):
            raise InputError(f"device: PyTorch finds no {config.device} on this machine; set device=cpu") from None
        if not config.retrain:
            load_trained(config, data)
    if resume:
        begun = [config for config in configs if (config.output / TrainingFile.CHECKPOINT).exists()]
        for config in begun or configs:
            read_checkpoint(config.output)
