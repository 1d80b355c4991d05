"""Runs that are over in a moment, made once for all tests that look at finished runs."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from data.glyph import draw, glyph_mask
from data.writing import write
from main import main
from utils.settings.config import Config

SMALL = {"epochs": 2, "batch_size": 50, "hidden_dim": 8, "n_components": 4, "n_generate": 200}


def run(result: Path, data: Path, **settings: object) -> None:
    """A run of small settings, or of those `settings` that are given, into the folder `result`."""
    values = {**SMALL, "result_path": str(result), "data_path": str(data), **settings}
    result.mkdir(parents=True, exist_ok=True)
    file = result.parent / f"{result.name}.yaml"
    file.write_text(Config(**values).to_yaml(), encoding="utf-8")
    main(["--config", str(file)])


@functools.cache
def finished() -> Path:
    """The result of a run of both models; no test may change it. Its data are in the folder `data` beside it."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write(folder / "data", *draw(glyph_mask(size=60), n=300))
    run(folder / "result", folder / "data", model="both")
    return folder / "result"
