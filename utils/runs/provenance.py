"""What a run was made with: the program's version, and those of what it stands on."""

import platform
import subprocess
from pathlib import Path

import numpy as np
import torch


def provenance(root: Path = Path(__file__).parents[2]) -> dict[str, str]:
    """Rows of a name and a text. The code's version is the commit in `root` as `git describe` names it."""
    code = "not in a clone of its repository"
    # A folder without a .git may lie within the repository of something else.
    if (root / ".git").exists():
        command = ["git", "describe", "--always", "--dirty=, with changes", "--abbrev=12"]
        try:
            code = subprocess.run(
                command, cwd=root, capture_output=True, text=True, check=True, timeout=5
            ).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            code = "unknown to git"
    return {
        "code": code,
        "Python": platform.python_version(),
        "PyTorch": str(torch.__version__),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
