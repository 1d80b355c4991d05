"""The folders of runs: the latest in its place, earlier ones aside, and never two runs in one."""

import re
import shutil
import time
from pathlib import Path

from utils.program.errors import InputError
from utils.program.reading import is_litter

# What generating, judging and drawing write; training writes the rest.
RESULTS = (
    "generated.npy",
    "generated.png",
    "data.png",
    "metrics.json",
    "comparison.png",
    "latent.png",
    "report.html",
)
# What training leaves before its first epoch is over. With no more than this, there is no run to keep.
BEGINNINGS = ("config.yaml", "epochs", "history.csv")
EARLIER = "earlier"
# The models of one run side by side. Once one of them is set aside, it shows what is no longer there.
COMPARED = "compare.png"


def set_aside(folder: Path, keep: int) -> Path | None:
    """Move the run in `folder`, if there is one, into the folder `earlier` beside it, and leave `folder` empty.

    Its new name is the time of its last change and its model, so that names sort by age. The oldest runs of this model
    are removed, so that `keep` remain. Returns where the run is now; None if there was none, or none is kept. One that
    was stopped before its first epoch was over is removed: nothing of it could be continued.
    Raises InputError if it cannot be moved.
    """
    earlier = folder.parent / EARLIER
    removed = earlier / f".removed_{folder.name}"
    try:
        files = [file for file in folder.iterdir() if not is_litter(file)]
        if not files:
            return None
        earlier.mkdir(exist_ok=True)
        (folder.parent / COMPARED).unlink(missing_ok=True)
        is_kept = keep > 0 and not all(_is_a_beginning(file) for file in files)
        # What an earlier removal left when it was interrupted.
        shutil.rmtree(removed, ignore_errors=True)
        target = _new_name(earlier, folder) if is_kept else removed
        # One step for the whole folder: there is no moment at which part of it has moved.
        folder.rename(target)
        folder.mkdir()
        for oldest in _runs(earlier, folder.name)[: -keep or None]:
            shutil.rmtree(removed, ignore_errors=True)
            # So that half a run is never taken for one.
            oldest.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f"{folder}: the earlier run cannot be moved to {earlier} ({error.strerror or error}); "
            "move it yourself, or set another result_path"
        ) from None
    return target if is_kept else None


def clear_results(folder: Path) -> None:
    """Remove what was generated, judged and drawn before, so that no picture of other points stays beside new ones."""
    for name in RESULTS:
        (folder / name).unlink(missing_ok=True)


def _is_a_beginning(file: Path) -> bool:
    return file.name in BEGINNINGS or file.stem.endswith(".part")


def _new_name(earlier: Path, folder: Path) -> Path:
    """A free name in `earlier` for the run in `folder`: when it was last changed, and its model."""
    changed = max(file.stat().st_mtime for file in folder.iterdir())
    name = f"{time.strftime('%Y-%m-%d_%H-%M-%S', time.localtime(changed))}_{folder.name}"
    # Of runs that ended in the same second, the later one has the higher number, also when earlier ones are gone.
    same = [path.name for path in _runs(earlier, folder.name) if path.name.startswith(name)]
    return earlier / (f"{name}_{int(same[-1].removeprefix(name)[1:] or 1) + 1:02}" if same else name)


def _runs(earlier: Path, model: str) -> list[Path]:
    """The runs of `model` in the folder `earlier`, the oldest first. What a person has renamed is not among them."""
    if not earlier.exists():
        return []
    name = re.compile(rf"\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d_{re.escape(model)}(_\d\d)?")
    return sorted(path for path in earlier.iterdir() if path.is_dir() and name.fullmatch(path.name))
