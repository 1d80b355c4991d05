"""The versions of the program, and of what it stands on, that a run was made with."""

import functools
import platform
import subprocess
from pathlib import Path

import numpy as np
import torch


@functools.cache
def provenance(root: Path = Path(__file__).parents[2]) -> dict[str, str]:
    """Rows of a name and a text. The code's version is the commit in `root`, as `git describe` names it."""
    command = ["git", f"--git-dir={root / '.git'}", f"--work-tree={root}", "describe", "--always", "--abbrev=12"]
    try:
        described = subprocess.run([*command, "--dirty=, with changes"], capture_output=True, text=True, timeout=5)
        code = described.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        code = ""
    return {
        "code": code or "not in a clone of its repository",
        "Python": platform.python_version(),
        "PyTorch": str(torch.__version__),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
