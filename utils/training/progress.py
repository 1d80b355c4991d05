"""How far training has come: a bar on a terminal, lines in a log."""

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm


class Progress(tqdm):
    """A bar of `n_steps`, of which some are `done`; in a file or a pipe, a line every 15 seconds and one at the end."""

    # No thread that looks after the bar: worker processes begin as copies of this one.
    monitor_interval = 0

    def __init__(self, n_steps: int, done: int) -> None:
        line = "{n:,} of {total:,} steps ({percentage:.0f}%), {remaining} left{postfix}"
        log: dict[str, Any] = {} if sys.stderr.isatty() else {"mininterval": 15, "bar_format": line}
        super().__init__(total=n_steps, initial=done, unit="step", miniters=1, smoothing=0, **log)

    @staticmethod
    def status_printer(file: Any) -> Callable[[str], None]:
        """What shows a text in `file`: over the text before on a terminal, below it elsewhere."""
        return tqdm.status_printer(file) if file.isatty() else lambda text: print(text, file=file, flush=True)
