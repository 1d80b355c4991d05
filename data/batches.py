"""Batches of training points: shuffled, cut, and the same again after an interruption."""

import itertools
import math
import signal
import warnings
from collections.abc import Iterator
from typing import Any, cast

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
        self.rng = torch.Generator("cpu").manual_seed(seed)
        # The indices of points that are fetched at once, about 4096, because loading costs per call and not per point.
        self.indices: list[Tensor] = []
        self.end_epoch()
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

    def epoch(self, skip: int = 0) -> Iterator[Tensor]:
        """The batches of one epoch, without the first `skip`; the epoch is the current one until `end_epoch`."""
        order = torch.randperm(len(self.points), generator=self.rng, device="cpu")
        self.indices[:] = order.split(self.batch_size * max(1, 4096 // self.batch_size))
        chunks = (self.points.scaling.to_model(chunk).split(self.batch_size) for chunk in self.loader)
        return itertools.islice(itertools.chain.from_iterable(chunks), skip, None)

    def end_epoch(self) -> None:
        """Make the next epoch the current one."""
        self.rng_at_epoch_start = self.rng.get_state()

    def state_dict(self) -> dict[str, Any]:
        """All that the batches of the current epoch depend on."""
        return {"rng_at_epoch_start": self.rng_at_epoch_start}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to the beginning of the epoch in which `state_dict` was taken."""
        self.rng.set_state(state["rng_at_epoch_start"].cpu())
        self.end_epoch()

    def close(self) -> None:
        """End the worker processes, which live from epoch to epoch."""
        del self.loader


def _leave_signals(worker: int) -> None:
    """What a terminal or a cluster sends reaches all processes, but the main one needs batches to finish its step."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
