"""A run that is over, read from what it left in its folder, whatever the version of the program."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from utils.evaluation.figures import Figure, Metric
from utils.program.errors import InputError
from utils.run import History, Result, Trained
from utils.settings.values import parse_yaml, read_text

# What metrics.json says of the model, of which real points have no counterpart.
OF_MODEL = {
    "heldout_loss": Metric("loss of a held-out point (nats)", "", ".2f"),
    "heldout_reconstruction": Metric("reconstruction", "", ".2f"),
    "heldout_kl": Metric("KL", "", ".2f"),
    "active_units": Metric("active latents", "", ".3g"),
}
CURVES = ("epoch", "beta", "train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl")


class UnfinishedError(InputError):
    """The run is not over."""


class FinishedRun(NamedTuple):
    """A run: its folder, settings and curves, its figures by their keys, its picture and that of the data.

    `p` is the smallest one of the tests that decide. `fingerprint`, that of the data, and `data`, their picture, are
    None if the version that ran did not keep them.
    """

    folder: Path
    settings: dict[str, Any]
    history: History
    figures: dict[str, Figure]
    p: float | None
    fingerprint: str | None
    painted: Image.Image
    data: Image.Image | None

    def has_same_data(self, other: "FinishedRun") -> bool:
        """Whether both runs have the same data: by their fingerprints, or by where they are if one has none."""
        if self.fingerprint and other.fingerprint:
            return self.fingerprint == other.fingerprint
        mine, theirs = (Path(str(run.settings.get("data_path"))) for run in (self, other))
        return mine == theirs


def read_run(folder: Path) -> FinishedRun:
    """The run in `folder`. Raises InputError if it is none or a file is broken, UnfinishedError if it is not over."""
    folder = folder.expanduser()
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give folders of runs, as result/attention")
    if not (folder / Trained.CONFIG).is_file():
        runs = sorted(path.parent for path in folder.glob(f"*/{Trained.CONFIG}"))
        hint = f"; it holds runs: {' '.join(map(str, runs[:4]))}" if runs else ""
        raise InputError(f"{folder}: is no folder of a run, because it has no {Trained.CONFIG}{hint}")
    if not (folder / Result.METRICS).is_file():
        reason = f"the run is not over, because it has no {Result.METRICS}"
        raise UnfinishedError(f"{folder}: {reason}; continue with --resume")
    name: str = Trained.CONFIG
    try:
        settings = dict(parse_yaml(read_text(folder / name), str(folder / name)))
        name = Trained.HISTORY
        table = np.genfromtxt(folder / name, delimiter=",", names=True, ndmin=1)
        history = {column: table[column] for column in CURVES}
        if not len(table):
            raise ValueError("it has no epochs")
        name = Result.METRICS
        metrics = json.loads((folder / name).read_text(encoding="utf-8"))
        metrics["heldout_loss"] = metrics["heldout_reconstruction"] + metrics["heldout_kl"]
        figures = {key: Figure(float(metrics[key]), real=math.nan) for key in OF_MODEL if key in metrics}
        figures |= {key: figure for key, content in metrics.items() if (figure := Figure.from_json(content))}
        p = None if metrics.get("p") is None else float(metrics["p"])
        if not np.isfinite([*(figure.value for figure in figures.values()), *np.ravel([*history.values()])]).all():
            raise ValueError("a number is not finite")
        name = Result.GENERATED
        painted = Image.open(folder / name).convert("RGB")
        name = Result.DATA
        data = Image.open(folder / name).convert("RGB") if (folder / name).exists() else None
    except (OSError, ValueError, TypeError, LookupError, RecursionError, Image.DecompressionBombError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{folder / name}: cannot be read ({reason}); leave this run out, or run it again") from None
    return FinishedRun(folder, settings, history, figures, p, metrics.get("fingerprint"), painted, data)
