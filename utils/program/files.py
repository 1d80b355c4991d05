"""Files that are whole or not there, and folders that belong to one run at a time."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.program.errors import InputError

LOCK = "run.lock"
# What a run writes with the settings as they come, twice over.
NEEDED_BYTES = 64 * 2**20


def write_whole(path: str | Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a file beside `path`, then put it in its place: at no moment is there half a file at `path`.

    Raises InputError where it cannot be written; what was there before still is.
    """
    unfinished = Path(f"{path}.part")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise InputError(f"{path}: cannot be written ({reason}); make room, then go on with --resume") from None
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make `folder` and keep other runs out of it as long as this lasts.

    Raises InputError where it cannot be written to, the disk is full, or another run is at work there.
    """
    lock = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _take(lock)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be written ({error.strerror}); set result_path to a folder that can"
        ) from None
    try:
        if free < NEEDED_BYTES:
            raise InputError(
                f"{folder}: only {free / 2**20:.0f} MB are free on this disk; a run needs {NEEDED_BYTES / 2**20:.0f}: "
                "make room, or set result_path to another disk"
            )
        yield
    finally:
        lock.unlink(missing_ok=True)


def _take(lock: Path) -> None:
    """Write this process's number into `lock`, unless that of a living process stands there."""
    while True:
        try:
            with open(lock, "x", encoding="ascii") as file:
                file.write(str(os.getpid()))
            return
        except FileExistsError:
            owner = lock.read_text(encoding="ascii", errors="replace")
            if owner.isdecimal() and _is_running(int(owner)):
                raise InputError(
                    f"{lock.parent}: process {owner} is writing there; wait for it, or set another result_path"
                ) from None
            lock.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return False
    if os.name == "nt":
        import ctypes

        # To send signal 0, which only asks elsewhere, would end the process here.
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)
        return bool(handle) and bool(ctypes.windll.kernel32.CloseHandle(handle))
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
