"""What programs need of the Python that runs them, and share with it. An older Python can read this file, too."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
from typing import Iterator  # noqa: UP035 - an older Python has no other

# The packages of requirements.txt, by the names that are imported.
PACKAGES = ("torch", "numpy", "yaml", "matplotlib", "tqdm", "PIL", "filelock", "jinja2")


def require_environment(packages: tuple[str, ...] = PACKAGES, file: str = "requirements.txt") -> None:
    """End the program with one line and status 2 if this Python is too old, or lacks one of `packages`."""
    python, missing = sys.executable or "python", [name for name in packages if not _is_installed(name)]
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this, too
        version = "{}.{}".format(*sys.version_info)
        complaint = f"{python} is Python {version}, and the program needs 3.11 or newer: install that"
    elif missing:
        install = f"`{python} -m pip install -r {file}`"
        complaint = f"{python} lacks the packages {', '.join(missing)}: install them with {install}"
    else:
        return
    remedy = "start the program with the Python of your environment, as in `.venv/bin/python main.py`"
    print(f"error: {complaint}, or {remedy}", file=sys.stderr)
    sys.exit(2)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


@contextlib.contextmanager
def windowless() -> Iterator[None]:
    """While this lasts, matplotlib looks for no window, as that of a notebook, and is silent on where its cache is."""
    backend, logger = os.environ.pop("MPLBACKEND", None), logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


def keep_freed_memory() -> None:
    """Keep up to 1 GB of freed memory for what is allocated next.

    Linux's glibc would hand back what a training step frees, and the next step would get it page by page: up to a tenth
    of its time. Does nothing on other systems.
    """
    if sys.platform == "linux":
        import ctypes

        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda parameter, value: None)
        # Names of glibc's malloc.h, and the most that it takes for the second.
        trim_threshold, mmap_threshold = -1, -3
        mallopt(trim_threshold, 2**30)
        mallopt(mmap_threshold, 2**25)
