"""Machines and habits as people have them: the program runs the same whatever surrounds it."""

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from quick import REPOSITORY, Finished, command_line, outcome

from main import main
from utils.runs.run import Result
from utils.system.environment import PACKAGES

# Shells whose programs print to one that reads a line and ends, and to nowhere; the status is that of the program.
UNREAD = ('set -o pipefail; "$@" 2>&1 | head -n 1', '"$@" >&- 2>&-')
# Notes at the exit which of the packages that take seconds to load were imported.
WATCHING = """
import atexit, runpy, sys
slow = lambda: print("loaded:", *(name for name in ("torch", "matplotlib") if name in sys.modules), file=sys.stderr)
atexit.register(slow)
module = sys.argv.pop(1)
runpy.run_path(module, run_name="__main__") if module.endswith(".py") else runpy.run_module(module, run_name="__main__")
"""
COMMANDS = (["main.py"], ["-m", "data.from_picture"], ["-m", "utils.runs"], ["-m", "utils.evaluation"])


def started(*command: str | Path, shell: str | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A Python in a process of its own, with other environment variables, perhaps started by a line of a `shell`."""
    words = [*(["bash", "-c", shell, "bash"] if shell else []), sys.executable, *map(str, command)]
    return subprocess.run(words, cwd=REPOSITORY, env=os.environ | environment, capture_output=True, check=False)


def test_files_are_the_same_whatever_the_person_uses_and_however_many_models_are_trained(
    finished: Finished, tmp_path: Path
):
    """Another backend, style and encoding, no home, and a folder whose name is in no encoding."""
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfigure.facecolor: red\n")
    theirs = tmp_path / os.fsdecode(b"caf\xe9")
    theirs.symlink_to(finished.data)
    surroundings = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "PYTHONIOENCODING": "ascii",
        "HOME": "/proc/nowhere",
    }

    run = started("main.py", *command_line(theirs, tmp_path / "result", "model=vanilla"), **surroundings)

    assert run.returncode == 0, run.stderr.decode()
    assert b"?" in run.stdout
    assert b"matplotlib" not in run.stderr
    ours, expected = tmp_path / "result" / "vanilla", finished.result / "vanilla"
    assert outcome(ours) == outcome(expected)
    names = [*Result, "training.gif", "loss.png"]
    different = [name for name in names if (ours / name).read_bytes() != (expected / name).read_bytes()]
    # The page names the data's folder.
    assert different == ["report.html"]


def test_a_run_goes_on_when_nobody_reads_what_it_prints(folder: Path, tmp_path: Path):
    def run(shell: str) -> tuple[int, bytes, bool]:
        result = tmp_path / str(UNREAD.index(shell))
        process = started("main.py", *command_line(folder, result, "model=vanilla", "epochs=1"), shell=shell)
        return process.returncode, process.stderr, (result / "vanilla" / "report.html").exists()

    with ThreadPoolExecutor() as at_once:
        assert list(at_once.map(run, UNREAD)) == [(0, b"", True)] * 2


@pytest.mark.usefixtures("only_points")
def test_a_run_in_a_thread_is_a_run(folder: Path, tmp_path: Path):
    with ThreadPoolExecutor() as thread:
        thread.submit(main, command_line(folder, tmp_path / "result", "model=vanilla")).result()

    assert (tmp_path / "result" / "vanilla" / "generated.npy").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_python_without_the_packages_says_so_in_one_line(command: list[str]):
    # -S leaves out what is installed.
    run = started("-S", *command)

    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert re.match(rb"error: .* lacks the packages torch, numpy, .*: install them with `.* -m pip", run.stderr)


def test_an_older_python_says_so_in_one_line():
    older = "import sys; sys.version_info = (3, 8, 10); sys.argv = ['main.py']; exec(open('main.py').read())"

    run = started("-c", older)

    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert b"is Python 3.8, and the program needs 3.11 or newer: install that, or start it with" in run.stderr
    for name in ("main.py", "data/__init__.py", "utils/__init__.py", "utils/system/environment.py"):
        ast.parse((REPOSITORY / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_packages_that_are_looked_for_are_those_that_are_required():
    required = re.findall(r"^[\w-]+", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE)

    assert [{"yaml": "pyyaml", "PIL": "pillow"}.get(name, name) for name in PACKAGES] == required


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("main.py --help", 0),
        ("main.py epoch=3", 2),
        ("main.py --config none.yaml", 2),
        ("main.py data_path=tests", 2),
        ("data.from_picture --help", 0),
        ("data.from_picture none.png", 2),
        ("utils.runs --help", 0),
        ("utils.evaluation none.npy", 2),
    ],
)
def test_the_first_answer_waits_for_no_package_that_takes_seconds_to_load(command: str, status: int):
    run = started("-c", WATCHING, *command.split())

    assert run.returncode == status, run.stderr.decode()
    assert run.stderr.decode().splitlines()[-1] == "loaded:"
