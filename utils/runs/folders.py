"""The folders of runs: the latest in its place, and earlier ones aside."""

import re
import shutil
import time
from pathlib import Path

from utils.program.errors import InputError
from utils.program.files import skipped_if_held
from utils.program.reading import is_litter
from utils.run import Result, Trained

# The models of one run side by side. Once one of them is set aside, it shows what is no longer there.
COMPARED = "compare.png"
# What training leaves before its first epoch is over. With no more than this, there is no run to keep.
BEGINNINGS = (Trained.CONFIG, Trained.FRAMES, Trained.HISTORY)


def set_aside(folder: Path, keep: int) -> Path | None:
    """Move the run in `folder`, if there is one, into the folder `earlier` beside it, and leave `folder` empty.

    Its new name is the time of its last change and its model. The oldest runs of this model are removed, so that `keep`
    remain, and so is one that has no epoch. Returns where the run is now; None if none was kept.
    Raises InputError if it cannot be moved.
    """
    earlier = folder.parent / "earlier"
    try:
        files = [file for file in folder.iterdir() if not is_litter(file)]
        if not files:
            return None
        (folder.parent / COMPARED).unlink(missing_ok=True)
        begun = [file for file in files if file.name not in BEGINNINGS and not file.stem.endswith(".part")]
        # A folder that is a link stays one.
        place, target = folder.resolve(), None
        if keep and begun:
            earlier.mkdir(exist_ok=True)
            target = _new_name(earlier, folder.name, changed=max(file.stat().st_mtime for file in files))
            _move(place, target)
        else:
            _remove(place)
        place.mkdir()
        for oldest in _runs(earlier, folder.name)[:-keep] if target else ():
            _remove(oldest)
    except OSError as error:
        raise InputError(
            f"{folder}: the earlier run cannot be moved to {earlier} ({error.strerror or error}); "
            "move it yourself, or set another result_path"
        ) from None
    return target


def clear_results(folder: Path) -> None:
    """Remove what was made with the model in `folder` before, so that nothing of other points stays beside new ones."""
    for name in Result:
        with skipped_if_held():
            (folder / name).unlink(missing_ok=True)


def _move(folder: Path, target: Path) -> None:
    """Move `folder` to `target`; at each moment, all of it is in one of them."""
    try:
        folder.rename(target)
    except OSError:
        # `target` is on another disk.
        unfinished = target.with_name(f".{target.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished)
        unfinished.rename(target)
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove `folder`. It is renamed first: a removal that is interrupted leaves nothing that looks like a run."""
    removed = folder.with_name(f".removed_{folder.name}")
    shutil.rmtree(removed, ignore_errors=True)
    shutil.rmtree(folder.rename(removed), ignore_errors=True)


def _new_name(earlier: Path, model: str, changed: float) -> Path:
    """A free name in `earlier` for a run of `model` that was last `changed` then, in seconds since 1970."""
    name = f"{time.strftime('%Y-%m-%d_%H-%M-%S', time.localtime(changed))}_{model}"
    same = [int(path.name.removeprefix(name)[1:] or 1) for path in _runs(earlier, model) if path.name.startswith(name)]
    return earlier / (f"{name}_{max(same) + 1:02}" if same else name)


def _runs(earlier: Path, model: str) -> list[Path]:
    """The runs of `model` in the folder `earlier`, the oldest first. What a person has renamed is not among them."""
    name = re.compile(rf"\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d_{re.escape(model)}(_\d\d)?")
    return sorted(path for path in earlier.iterdir() if path.is_dir() and name.fullmatch(path.name))
