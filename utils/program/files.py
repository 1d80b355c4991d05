"""Files that are whole or not there, and folders that belong to one run at a time."""

import errno
import functools
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from utils.program.errors import InputError, reason_of, too_many_files

# Twice what a run with default settings writes.
NEEDED_BYTES = 64 * 2**20
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)
# Seconds after which a file that another program holds open is tried again.
PATIENCE = (0.05, 0.3)
# What disks answer, as those of networks, that have no locks or cannot sync.
UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class HeldError(InputError):
    """A file cannot be replaced, because another program holds it open, as programs on Windows do."""


def write_whole(path: str | Path, write: Callable[[Path], object], durable: bool = False) -> None:
    """Let `write` fill a file beside `path`, then move it to `path`: at no moment is there half a file at `path`.

    `durable` waits until the file is on the disk, so that it survives a power cut.
    Raises InputError if the file cannot be written, and HeldError if that is because another program holds it open;
    what was there before then still is.
    """
    path = Path(path)
    # The suffix stays at the end, because writers of pictures go by it.
    unfinished = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        write(unfinished)
        if durable:
            _sync(unfinished)
        _replace(unfinished, path)
        if durable and sys.platform != "win32":
            _sync(path.parent)
    except OSError as error:
        remedy = "make room there" if error.errno in DISK_IS_FULL else "close it in other programs"
        reason = f"{path}: cannot be written ({reason_of(error)}); {remedy}, or choose another folder"
        raise InputError(too_many_files(error) or reason) from None
    finally:
        unfinished.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes, durable: bool = False) -> None:
    """Write `content` to `path`, whole or not at all; see `write_whole`."""
    write_whole(path, lambda unfinished: unfinished.write_bytes(content), durable)


def write_text(path: str | Path, content: str) -> None:
    """Write `content` to `path` in UTF-8, whole or not at all; see `write_whole`.

    Bytes of a path that are no characters are replaced.
    """
    write_bytes(path, content.encode(errors="replace"))


@contextmanager
def skipped_if_held() -> Iterator[None]:
    """For a file that only shows something: if another program holds it open, say so once, and go on without it."""
    try:
        yield
    except (HeldError, PermissionError) as error:
        _say_once(f"{error}; going on without it")


@functools.cache
def _say_once(line: str) -> None:
    print(line)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make `folder`, and keep other runs out of it while this lasts.

    The lock is a file beside the folder that the operating system holds for this process and releases when it ends, in
    whatever way. Raises InputError if the folder cannot be written to, the disk is full, or another run is using it.
    """
    lock = FileLock(folder.parent / f".{folder.name}.lock", timeout=0, fallback_to_soft=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _acquire(lock, folder)
        free = shutil.disk_usage(folder).free
    except Timeout:
        raise InputError(f"{folder}: another run is writing there; wait for it, or set another result_path") from None
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: cannot be written ({error.strerror or error}); "
            "set result_path to a folder that can"
        ) from None
    try:
        if free < NEEDED_BYTES:
            raise InputError(
                f"{folder}: only {free / 2**20:.0f} MB are free on this disk; a run needs {NEEDED_BYTES / 2**20:.0f}: "
                "make room, or set result_path to another disk"
            )
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, folder: Path) -> None:
    try:
        lock.acquire()
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        print(f"{folder}: this disk has no file locks; take care that no second run writes there")


def _replace(source: Path, target: Path) -> None:
    """Move `source` to `target`, with some patience if another program holds `target` open."""
    for seconds in PATIENCE:
        try:
            return os.replace(source, target)
        except PermissionError:
            time.sleep(seconds)
    try:
        os.replace(source, target)
    except PermissionError as error:
        raise HeldError(f"{target}: cannot be replaced ({reason_of(error)}); close it in other programs") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    finally:
        os.close(descriptor)
