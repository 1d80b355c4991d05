"""Batches of training points: shuffled, cut, and the same again after an interruption."""

import itertools
import math
import signal
import warnings
from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from data.points import ColoredPoints
from utils.system.program import SIGNALS


class Batches:
    """All of `points` once per epoch, in a new random order, as float32 batches `(batch_size, 5)` that a model sees.

    The last batch may be smaller. All are the same whatever `num_workers`, the number of loader processes, is.
    """

    def __init__(self, points: ColoredPoints, batch_size: int, num_workers: int, seed: int) -> None:
        self.points, self.batch_size = points, batch_size
        self.rng, self.n_shuffled = torch.Generator("cpu").manual_seed(seed), 0
        # The indices of points that are fetched at once, about 4096, because loading costs per call and not per point.
        self.indices: list[Tensor] = []
        # PyTorch advises against more processes than cores, at length.
        warnings.filterwarnings("ignore", "This DataLoader will create")
        self.loader = DataLoader(
            cast(Dataset[Tensor], points),
            batch_size=None,
            # PyTorch would draw seeds of workers, which need none, from the random numbers of training.
            generator=torch.Generator(),
            sampler=self.indices,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
            worker_init_fn=_leave_signals,
        )

    def __len__(self) -> int:
        """Batches per epoch."""
        return math.ceil(len(self.points) / self.batch_size)

    def from_step(self, step: int) -> Iterator[Tensor]:
        """The batches from `step` of the training on, to the end of its epoch. Epochs cannot be taken backwards."""
        epoch, skip = divmod(step, len(self))
        while self.n_shuffled <= epoch:
            order = torch.randperm(len(self.points), generator=self.rng, device="cpu")
            self.indices[:] = order.split(self.batch_size * max(1, 4096 // self.batch_size))
            self.n_shuffled += 1
        chunks = (self.points.scaling.to_model(chunk).split(self.batch_size) for chunk in self.loader)
        return itertools.islice(itertools.chain.from_iterable(chunks), skip, None)

    def close(self) -> None:
        """End the worker processes, which live from epoch to epoch."""
        del self.loader


def _leave_signals(worker: int) -> None:
    """What a terminal or a cluster sends reaches all processes, but the main one needs batches to finish its step."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
