"""A run that is over, read from its folder."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from models.generator import load_generator
from utils.program.errors import InputError
from utils.run import History, read_history
from utils.settings.parsing import parse_yaml, read_text

# What tells a folder of a run, and what its last step wrote.
SETTINGS, METRICS, PAINTED, DATA = "config.yaml", "metrics.json", "generated.png", "data.png"
# Figures without which two runs cannot be compared.
NEEDED = ("heldout_reconstruction", "heldout_kl", "n_generated", "p")


class FinishedRun(NamedTuple):
    """A run: its folder, its settings, its training's history, its figures, its points, and what they should be like.

    `data` is the picture of the data; None if the version that ran did not keep it. `fingerprint` is that of the data.
    """

    folder: Path
    settings: dict[str, Any]
    history: History
    metrics: dict[str, Any]
    painted: Image.Image
    data: Image.Image | None
    fingerprint: str

    @property
    def model(self) -> str:
        """The name of its model."""
        return str(self.settings.get("model", self.folder.name))


def read_run(folder: Path) -> FinishedRun:
    """What a run left in `folder`. Raises InputError if that is no run, it is not over, or a file of it is broken."""
    folder = folder.expanduser()
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give folders of runs, as result/attention")
    if not (folder / SETTINGS).is_file():
        runs = sorted(path.parent for path in folder.glob(f"*/{SETTINGS}"))
        hint = f"; it holds runs: {' '.join(map(str, runs[:4]))}" if runs else ""
        raise InputError(f"{folder}: is no folder of a run, for it has no {SETTINGS}{hint}")
    if not (folder / METRICS).is_file():
        raise InputError(f"{folder}: the run is not over, for it has no {METRICS}; continue it with --resume")
    history = read_history(folder)
    if not len(history["epoch"]):
        raise InputError(f"{folder / 'history.csv'}: has no epochs; train again")
    return FinishedRun(
        folder,
        _read_settings(folder / SETTINGS),
        history,
        _read_metrics(folder / METRICS),
        _read_picture(folder / PAINTED),
        _read_picture(folder / DATA) if (folder / DATA).exists() else None,
        load_generator(folder / "model.pt").fingerprint,
    )


def _read_settings(path: Path) -> dict[str, Any]:
    """The settings in `path`, whatever their names: they may be those of another version."""
    try:
        settings = parse_yaml(read_text(path), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    if not isinstance(settings, dict):
        raise InputError(f"{path}: holds no settings")
    return {str(name): value for name, value in settings.items()}


def _read_metrics(path: Path) -> dict[str, Any]:
    again = "judge the run again, with retrain=false"
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {again}") from None
    missing = [name for name in NEEDED if not isinstance(metrics, dict) or name not in metrics]
    if missing:
        raise InputError(f"{path}: has no {missing[0]}; {again}")
    figures = [value for value in metrics.values() if isinstance(value, dict) and "value" in value]
    numbers = [metrics[name] for name in NEEDED[:-1]] + [figure["value"] for figure in figures]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise InputError(f"{path}: holds a figure that is no number; {again}")
    return dict(metrics)


def _read_picture(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read ({error}); draw the run again, with retrain=false") from None
