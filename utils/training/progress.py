"""How far training has come: a bar on a terminal, lines in a log."""

import sys
import time
from typing import Never, Self

from tqdm import tqdm


class Progress:
    """A context that shows the progress through `n_steps`, of which `done` are done already.

    On a terminal it is a bar. In a file or a pipe it is a line every 15 seconds and one at the end, each written out at
    once, with the epoch's losses and the time left.
    """

    def __init__(self, n_steps: int, done: int) -> None:
        self.n_steps, self.step, self.first_step, self.losses = n_steps, done, done, ""
        self.bar: tqdm[Never] = tqdm(total=n_steps, initial=done, unit="step", disable=None)
        self.start = self.last_line = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.close()
        if self.bar.disable and self.step > self.first_step:
            self._print_line()

    def advance_to(self, step: int) -> None:
        """All steps up to `step`, counted from 1, are done."""
        self.bar.update(step - self.step)
        self.step = step
        if self.bar.disable and time.monotonic() - self.last_line >= 15:
            self._print_line()

    def show(self, losses: str) -> None:
        """Show `losses`, the figures of the epoch that has just ended."""
        self.losses = losses
        self.bar.set_postfix_str(losses)

    def _print_line(self) -> None:
        self.last_line = time.monotonic()
        left = (self.last_line - self.start) / max(1, self.step - self.first_step) * (self.n_steps - self.step)
        remaining = f"{tqdm.format_interval(round(left))} left" if self.step < self.n_steps else "done"
        share = f"{self.step:,} of {self.n_steps:,} steps ({self.step / self.n_steps:.0%}), {remaining}"
        print(f"{share}; {self.losses}" if self.losses else share, file=sys.stderr, flush=True)
