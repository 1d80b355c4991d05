"""The folders of runs: the latest run in its place, and earlier ones in the folder `earlier`."""

import shutil
import time
from pathlib import Path

from utils.runs.run import Result
from utils.system.errors import InputError
from utils.system.files import skipped_if_held
from utils.system.reading import is_litter

# The picture of the models of one run side by side, in the folder that holds their folders.
COMPARED = "compare.png"


def set_aside(folder: Path, keep: int) -> Path | None:
    """Move the run in `folder`, if there is one, into the folder `earlier` beside it, and leave `folder` empty.

    Its new name is the time of its last change and its model. The oldest runs of this model are removed, so that `keep`
    remain. Returns the new folder of the run; None if none was kept. Raises InputError if the run cannot be moved.
    """
    earlier = folder.parent / "earlier"
    try:
        changed = [file.stat().st_mtime for file in folder.rglob("*") if file.is_file() and not is_litter(file)]
        if not changed:
            return None
        # It shows a run that is about to move.
        (folder.parent / COMPARED).unlink(missing_ok=True)
        # A folder that is a link stays one, and may be on another disk.
        place, target = folder.resolve(), None
        if keep:
            earlier.mkdir(exist_ok=True)
            target = _free_name(earlier, folder.name, int(max(changed)))
            shutil.move(place, target)
        else:
            shutil.rmtree(place)
        place.mkdir()
    except OSError as error:
        raise InputError(
            f"{folder}: the earlier run cannot be moved to {earlier} ({error.strerror or error}); "
            "move it yourself, or set another result_path"
        ) from None
    if target:
        # A run that a person has renamed does not match, and stays.
        others = sorted({*earlier.glob(f"????-??-??_??-??-??_{folder.name}")} - {target}, reverse=True)
        for surplus in others[keep - 1 :]:
            shutil.rmtree(surplus, ignore_errors=True)
    return target


def clear_results(folder: Path) -> None:
    """Remove what was made with the model in `folder` before, so that nothing of other points stays beside new ones."""
    # Imported late, because matplotlib takes a while to load.
    from utils.runs.page import PLOTS

    for name in {*Result, *PLOTS}:
        with skipped_if_held():
            (folder / name).unlink(missing_ok=True)


def _free_name(earlier: Path, model: str, changed: int) -> Path:
    """A free name in `earlier` for a run of `model` that was last `changed` then, in seconds since 1970."""
    while (path := earlier / f"{time.strftime('%Y-%m-%d_%H-%M-%S', time.localtime(changed))}_{model}").exists():
        changed += 1
    return path
