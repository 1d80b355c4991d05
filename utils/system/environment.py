"""What a run stands on: its Python, packages, code, and process. An older Python can read this file, too."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import platform
import subprocess
import sys
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Iterator  # noqa: UP035 - an older Python has no other

ROOT = Path(__file__).parents[2]  # the folder of main.py
# The packages of requirements.txt, by the names that are imported.
PACKAGES = ("torch", "numpy", "yaml", "matplotlib", "tqdm", "PIL", "filelock", "jinja2")


def require_environment(packages: tuple[str, ...] = PACKAGES, file: str = "requirements.txt") -> None:
    """End the program with one line and status 2 if this Python is too old, or lacks one of `packages`."""
    python, missing = sys.executable or "python", [name for name in packages if not _is_installed(name)]
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this, too
        release = "{}.{}".format(*sys.version_info)
        complaint = f"{python} is Python {release}, and the program needs 3.11 or newer: install that"
    elif missing:
        install = f"`{python} -m pip install -r {file}`"
        complaint = f"{python} lacks the packages {', '.join(missing)}: install them with {install}"
    else:
        return
    remedy = "start the program with the Python of your environment, as in `.venv/bin/python main.py`"
    print(f"error: {complaint}, or {remedy}", file=sys.stderr)
    sys.exit(2)


def _is_installed(package: str) -> bool:
    with contextlib.suppress(ImportError, ValueError):
        return find_spec(package) is not None
    return False


@functools.lru_cache(None)
def code_version() -> str:
    """The commit of the code, as `git describe` names it. It is that of the first call: files may change meanwhile."""
    # Without --git-dir, git would also find a repository around the program's folder.
    command = ["git", "--git-dir=.git", "describe", "--always", "--abbrev=12", "--dirty=, with changes"]
    code = ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        code = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5).stdout.strip()
    return code or "not in a clone of its repository"


def provenance(trained_by: str) -> dict[str, str]:
    """Rows of a name and a text, for a model that the code `trained_by` has trained."""
    today = code_version()
    return {
        "code": today if trained_by == today else f"trained by {trained_by}; drawn and judged by {today}",
        "Python": platform.python_version(),
        "PyTorch": version("torch"),
        "NumPy": version("numpy"),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def keep_freed_memory() -> None:
    """Keep up to 1 GB of freed memory for the next step, which would take up to a tenth longer to get it again."""
    if sys.platform == "linux":
        # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h, and the most that it takes for the second.
        for name, most in ((-1, 2**30), (-3, 2**25)):
            ctypes.CDLL(None).mallopt(name, most)


@contextlib.contextmanager
def own_torch_state(threads: int) -> Iterator[None]:
    """While this lasts, PyTorch has its defaults and so many `threads`; then all is as before, random numbers too."""
    import torch

    with contextlib.ExitStack() as former:
        former.enter_context(torch.random.fork_rng(range(torch.cuda.device_count())))
        former.enter_context(warnings.catch_warnings())
        former.enter_context(torch.autocast("cpu", enabled=False))
        # Turns gradients on, too.
        former.enter_context(torch.inference_mode(False))
        # As a context it slows down every call, so only where it is needed.
        if torch.get_default_device().type != "cpu":
            former.enter_context(torch.device("cpu"))
        former.callback(torch.set_default_dtype, torch.get_default_dtype())
        torch.set_default_dtype(torch.float32)
        former.callback(torch.set_float32_matmul_precision, torch.get_float32_matmul_precision())
        torch.set_float32_matmul_precision("highest")
        former.callback(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(threads)
        yield
