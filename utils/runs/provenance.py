"""What a run was made with: the program's own files, and the versions of what it stands on."""

import hashlib
import platform
import subprocess
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]
SOURCES = ("main.py", "data/**/*.py", "models/**/*.py", "utils/**/*.py", "utils/**/*.j2")


def provenance() -> dict[str, str]:
    """Rows of a name and a text: the code's fingerprint and commit, and versions."""
    return {"code": code_version()} | {
        "Python": platform.python_version(),
        "PyTorch": str(torch.__version__),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }


def code_version(root: Path = ROOT) -> str:
    """A hash of the program's files and, in a clone of its repository, the commit and whether files differ from it."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    files = f"files {digest.hexdigest()[:16]}"
    # A folder without a .git may lie within the repository of something else.
    commit = _git(root, "rev-parse", "--short=12", "HEAD") if (root / ".git").exists() else None
    if not commit:
        return files
    changed = _git(root, "status", "--porcelain", "--", "main.py", "data", "models", "utils")
    return f"commit {commit}{', with changes' if changed else ''}; {files}"


def _git(root: Path, *arguments: str) -> str | None:
    """What git says; None if it is not installed or refuses."""
    try:
        ended = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.strip()
