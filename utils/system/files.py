"""Atomic writes, and a lock per folder."""

import contextlib
import errno
import functools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from utils.system.errors import InputError, reason_of

# Errors of disks that have no locks, as some network disks.
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
say_once = functools.cache(print)


def write_whole(path: str | Path, write: Callable[[Path], object], durable: bool = False) -> None:
    """Let `write` fill a file beside `path`, then move it there: `path` has all of it, or what it had before.

    If it is `durable`, that holds after a power cut, too. Raises PermissionError if another program may hold `path`
    open, as on Windows, and else InputError.
    """
    path = Path(path)
    # The suffix stays at the end, because writers of pictures go by it.
    unfinished = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        write(unfinished)
        if durable:
            # Some network disks cannot.
            with contextlib.suppress(OSError), open(unfinished, "rb+") as file:
                os.fsync(file.fileno())
        try:
            os.replace(unfinished, path)
        except PermissionError:
            # Whatever holds it open may be quick.
            time.sleep(0.3)
            os.replace(unfinished, path)
    except OSError as error:
        remedy = "make room there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "close it in other programs"
        kind = PermissionError if isinstance(error, PermissionError) else InputError
        raise kind(f"{path}: cannot be written ({reason_of(error)}); {remedy}, or choose another folder") from None
    finally:
        unfinished.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes, durable: bool = False) -> None:
    """Write `content` to `path`; see `write_whole`."""
    write_whole(path, lambda unfinished: unfinished.write_bytes(content), durable)


def write_text(path: str | Path, content: str) -> None:
    """Write `content` to `path` in UTF-8; see `write_whole`. Bytes of a path that are no characters are replaced."""
    write_bytes(path, content.encode(errors="replace"))


@contextlib.contextmanager
def skipped_if_held() -> Iterator[None]:
    """If another program holds the file that is written here open, say so once, and go on without the file."""
    try:
        yield
    except PermissionError as error:
        say_once(f"{error}; going on without it")


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make `folder`, and keep other runs out of it while this lasts. Raises InputError if that cannot be done."""
    lock = FileLock(folder.parent / f".{folder.name}.lock", timeout=0, fallback_to_soft=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise InputError(f"{folder}: another run is writing there; wait for it, or set another result_path") from None
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS or not folder.is_dir():
            where = f"{error.filename or folder}: cannot be written ({reason_of(error)})"
            raise InputError(f"{where}; set result_path to a folder that can") from None
        print(f"{folder}: this disk has no file locks; take care that no second run writes there")
    try:
        yield
    finally:
        lock.release()
