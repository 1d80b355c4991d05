"""Batches of training points: shuffled, cut, and the same again after an interruption."""

import math
import signal
import warnings
from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from data.points import ColoredPoints
from utils.program.errors import InputError

# Fetch about this many points at once: loading costs per call, not per point.
CHUNK = 4096


class Batches:
    """All of `points` once per epoch, in an order drawn anew, as float32 batches `(batch_size, 5)` that a model sees.

    The last batch of an epoch may be smaller. `num_workers` processes fetch the same points as none would.
    """

    def __init__(self, points: ColoredPoints, batch_size: int, num_workers: int, seed: int) -> None:
        self.points, self.batch_size, self.num_workers = points, batch_size, num_workers
        # Draws the order of the points.
        self.rng = torch.Generator().manual_seed(seed)
        self.rng_at_epoch_start = self.rng.get_state()
        self._loader: DataLoader[Tensor] | None = None

    def __len__(self) -> int:
        """Batches per epoch."""
        return math.ceil(len(self.points) / self.batch_size)

    def epoch(self, skip: int = 0) -> Iterator[Tensor]:
        """The batches of one epoch, without the first `skip`."""
        self.rng_at_epoch_start = self.rng.get_state()
        for i, batch in enumerate(self._batches()):
            # This makes --resume exact: batches from before an interruption are drawn again, from the random state that
            # their epoch began with, and dropped. All draws that follow are then the same.
            if i >= skip:
                yield batch

    def state_dict(self) -> dict[str, Any]:
        """All that the batches of the current epoch depend on."""
        return {"rng_at_epoch_start": self.rng_at_epoch_start}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to the beginning of the epoch in which `state_dict` was taken."""
        self.rng_at_epoch_start = state["rng_at_epoch_start"].cpu()
        self.rng.set_state(self.rng_at_epoch_start)

    def end_epoch(self) -> None:
        """Make the next epoch the current one."""
        self.rng_at_epoch_start = self.rng.get_state()

    def close(self) -> None:
        """End the worker processes, which live from epoch to epoch."""
        self._loader = None

    def _batches(self) -> Iterator[Tensor]:
        try:
            with warnings.catch_warnings():
                # PyTorch advises against more worker processes than cores, at length.
                warnings.filterwarnings("ignore", "This DataLoader will create")
                chunks = iter(self._chunks())
            for chunk in chunks:
                yield from self.points.scaling.to_model(chunk).split(self.batch_size)
        except RuntimeError as error:
            # This is how PyTorch says that a worker process is gone.
            if "DataLoader worker" not in str(error):
                raise
            raise InputError(
                f"num_workers: a process that loads batches was killed ({str(error).partition('.')[0]}), perhaps for "
                "lack of memory; what was saved before is kept; go on with --resume num_workers=0"
            ) from None

    def _chunks(self) -> DataLoader[Tensor]:
        """All points in random order, a whole number of batches at a time: integers `(k * batch_size, 5)`."""
        if self._loader is None:
            chunk = self.batch_size * max(1, CHUNK // self.batch_size)
            self._loader = DataLoader(
                cast(Dataset[Tensor], self.points),
                batch_size=None,
                sampler=_Shuffle(len(self.points), chunk, self.rng),
                num_workers=self.num_workers,
                persistent_workers=self.num_workers > 0,
                worker_init_fn=_leave_interruption_to_the_main_process,
            )
        return self._loader


class _Shuffle(Sampler[Tensor]):
    """The indices of `n` points in a random order, `size` at a time."""

    def __init__(self, n: int, size: int, rng: torch.Generator) -> None:
        self.n, self.size, self.rng = n, size, rng

    def __len__(self) -> int:
        return math.ceil(self.n / self.size)

    def __iter__(self) -> Iterator[Tensor]:
        yield from torch.randperm(self.n, generator=self.rng).split(self.size)


def _leave_interruption_to_the_main_process(worker: int) -> None:
    """Ctrl-C reaches the whole group of processes, but the main one still needs batches to finish its step."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
