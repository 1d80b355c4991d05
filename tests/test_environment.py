"""Machines and habits as people have them: the program runs the same whatever surrounds it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
# A run that is over in a moment.
QUICK = ("model=vanilla", "epochs=1", "hidden_dim=8", "n_components=2", "gen_every_epochs=0", "n_generate=50")


def start(folder: Path, result: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A whole run in a process of its own, with other environment variables."""
    return subprocess.run(
        [sys.executable, "main.py", *QUICK, f"data_path={folder}", f"result_path={result}"],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_pictures_are_the_same_whatever_backend_style_or_encoding_the_person_uses(folder: Path, tmp_path: Path):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfigure.facecolor: red\n")

    plain = start(folder, tmp_path / "plain")
    theirs = start(
        folder,
        tmp_path / "theirs",
        MPLBACKEND="module://matplotlib_inline.backend_inline",
        MATPLOTLIBRC=str(tmp_path / "matplotlibrc"),
        PYTHONIOENCODING="ascii",
    )

    assert (plain.returncode, theirs.returncode) == (0, 0), theirs.stderr.decode()
    assert b"?" in theirs.stdout
    for name in ("comparison.png", "loss.png"):
        ours, other = (tmp_path / run / "vanilla" / name for run in ("plain", "theirs"))
        assert ours.read_bytes() == other.read_bytes()


def test_importing_the_pictures_leaves_the_persons_own_choice_of_backend():
    code = (
        "import os, utils.pictures, matplotlib\n"
        "print(os.environ['MPLBACKEND'], matplotlib.rcParams['font.size'], sep=',')\n"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=os.environ | {"MPLBACKEND": "svg"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout.strip() == "svg,10.0"
