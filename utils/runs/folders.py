"""The folders of runs: the latest in its place, earlier ones aside, and never two runs in one."""

import shutil
import time
from pathlib import Path

from utils.program.errors import InputError

# What generating, judging and drawing write; training writes the rest.
RESULTS = ("generated.npy", "generated.png", "metrics.json", "comparison.png", "latent.png")
EARLIER = "earlier"


def set_aside(folder: Path, keep: int) -> Path | None:
    """Move the run in `folder`, if there is one, into the folder `earlier` beside it, and leave `folder` empty.

    Its new name is the time of its last change and its model, so that names sort by age. The oldest runs of this model
    are removed, so that `keep` remain. Returns where the run is now; None if there was none, or none is kept.
    Raises InputError if it cannot be moved.
    """
    files = list(folder.iterdir())
    if not files:
        return None
    changed = max(file.stat().st_mtime for file in files)
    name = f"{time.strftime('%Y-%m-%d_%H-%M-%S', time.localtime(changed))}_{folder.name}"
    earlier = folder.parent / EARLIER
    try:
        earlier.mkdir(exist_ok=True)
        target = next(
            path for i in range(1, 10_000) if not (path := earlier / (name if i == 1 else f"{name}_{i}")).exists()
        )
        # One step for the whole folder: there is no moment at which part of it has moved.
        folder.rename(target)
        folder.mkdir()
        for oldest in _runs(earlier, folder.name)[: -keep or None]:
            shutil.rmtree(oldest)
    except OSError as error:
        raise InputError(
            f"{folder}: the earlier run cannot be moved to {earlier} ({error.strerror or error}); "
            "move it yourself, or set another result_path"
        ) from None
    return target if keep else None


def clear_results(folder: Path) -> None:
    """Remove what was generated, judged and drawn before, so that no picture of other points stays beside new ones."""
    for name in RESULTS:
        (folder / name).unlink(missing_ok=True)


def _runs(earlier: Path, model: str) -> list[Path]:
    """The runs of `model` in the folder `earlier`, the oldest first."""
    return sorted(path for path in earlier.iterdir() if path.is_dir() and f"_{model}" in path.name)
