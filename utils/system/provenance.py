"""The versions of the program, and of what it stands on, that a run was made with."""

import functools
import platform
import subprocess

import numpy as np
import torch

from utils.system.commands import ROOT


@functools.cache
def code_version() -> str:
    """The commit of the code, as `git describe` names it. It is that of the first call: files may change meanwhile."""
    # Without --git-dir, git would also find a repository around the program's folder.
    command = ["git", "--git-dir=.git", "describe", "--always", "--abbrev=12", "--dirty=, with changes"]
    try:
        code = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        code = ""
    return code or "not in a clone of its repository"


def provenance(trained_by: str) -> dict[str, str]:
    """Rows of a name and a text, for a model that the code `trained_by` has trained."""
    today = code_version()
    return {
        "code": today if trained_by == today else f"trained by {trained_by}; drawn and judged by {today}",
        "Python": platform.python_version(),
        "PyTorch": str(torch.__version__),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
