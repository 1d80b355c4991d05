"""The folders of runs: the latest run in its place, and earlier ones in the folder `earlier`."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from utils.runs.page import PLOTS
from utils.runs.run import ResultFile
from utils.settings.config import Config
from utils.system.errors import InputError, reason_of
from utils.system.files import claimed, skipped_if_held
from utils.training.checkpoint import TrainingFile

# The picture of the models of one run side by side, in the folder that holds their folders.
COMPARED = "compare.png"


@contextlib.contextmanager
def claimed_folders(configs: Sequence[Config], is_resumed: bool) -> Iterator[None]:
    """While this lasts, the folders are those of the `configs`; earlier runs are moved out of them, or go on.

    Raises InputError if a folder cannot be written to, is in use, or its run cannot be moved.
    """
    with contextlib.ExitStack() as folders:
        for config in configs:
            folders.enter_context(claimed(config.output))
        for config in configs:
            if config.retrain and not is_resumed:
                set_aside(config.output, config.keep_runs)
        yield


def set_aside(folder: Path, keep: int) -> None:
    """Move the run in `folder`, if there is one, into the folder `earlier` beside it, and leave `folder` empty.

    Its new name is the time of its last change and its model. The oldest runs of this model are removed, so that `keep`
    remain; what was moved and what is gone is printed. Raises InputError if the run cannot be moved.
    """
    earlier, files = folder.parent / "earlier", run_files(folder)
    if not files:
        return
    changed = int(max(file.stat().st_mtime for file in files))
    try:
        # It shows a run that is about to move.
        (folder.parent / COMPARED).unlink(missing_ok=True)
        earlier.mkdir(exist_ok=True)
        while (target := earlier / time.strftime(f"%Y-%m-%d_%H-%M-%S_{folder.name}", time.localtime(changed))).exists():
            changed += 1
        # A folder that is a link stays one, and may be on another disk.
        place = folder.resolve()
        shutil.move(place, target)
        place.mkdir()
    except OSError as error:
        remedy = "move it yourself, or set another result_path"
        raise InputError(f"{folder}: cannot be moved to {earlier} ({reason_of(error)}); {remedy}") from None
    # A run that a person has renamed does not match, and stays.
    others = [other for other in earlier.glob(f"????-??-??_??-??-??_{folder.name}") if other != target]
    for surplus in [target, *sorted(filter(run_files, others), reverse=True)][keep:]:
        shutil.rmtree(surplus, ignore_errors=True)
        print(f"removed, because keep_runs={keep}: {surplus}")
    if keep:
        print(f"the earlier run is in {target}")


def run_files(folder: Path) -> list[Path]:
    """The files of a run in `folder`; a folder without any is no run, whatever else it holds."""
    frames = (folder / TrainingFile.FRAMES).glob("epoch_*.png")
    return [file for name in (*TrainingFile, *ResultFile) if (file := folder / name).is_file()] + [*frames]


def clear_results(folder: Path) -> None:
    """Remove what was made with the model in `folder` before, so that nothing of other points stays beside new ones."""
    for name in {*ResultFile, *PLOTS}:
        with skipped_if_held():
            (folder / name).unlink(missing_ok=True)
