"""What a run was made with: the program's version, and those of what it stands on."""

import platform
import subprocess
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]


def provenance() -> dict[str, str]:
    """Rows of a name and a text."""
    return {
        "code": code_version(ROOT),
        "Python": platform.python_version(),
        "PyTorch": str(torch.__version__),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }


def code_version(root: Path) -> str:
    """The commit of the repository in `root` as `git describe` names it, and whether files differ from it."""
    # A folder without a .git may lie within the repository of something else.
    if (root / ".git").exists():
        command = ["git", "describe", "--always", "--dirty=, with changes", "--abbrev=12"]
        try:
            ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=5)
            return f"commit {ended.stdout.strip()}"
        except (OSError, subprocess.SubprocessError):
            pass
    return "unknown: not in a clone of its repository"
