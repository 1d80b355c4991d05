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
from utils.runs.run import ResultFile
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
RUN_MAIN = "sys.argv = ['main.py']; exec(open('main.py').read())"
MODULES = ("data.from_picture", "utils.runs", "utils.evaluation", "benchmarks.batch_sizes", "benchmarks.power")
COMMANDS = (["main.py"], *(["-m", module] for module in MODULES))


def started(*command: str, shell: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A Python in a process of its own, with other environment variables, perhaps started by a `shell`."""
    words = [*shell, sys.executable, *command]
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
    names = [*ResultFile, "training.gif", "loss.png"]
    different = [name for name in names if (ours / name).read_bytes() != (expected / name).read_bytes()]
    # The page names the data's folder.
    assert different == ["report.html"]


@pytest.mark.parametrize("line", UNREAD)
def test_a_run_goes_on_when_nobody_reads_what_it_prints(folder: Path, tmp_path: Path, line: str):
    arguments = command_line(folder, tmp_path, "model=vanilla", "epochs=1")

    run = started("main.py", *arguments, shell=("bash", "-c", line, "bash"))

    assert (run.returncode, run.stderr) == (0, b"")
    assert (tmp_path / "vanilla" / "report.html").exists()


@pytest.mark.usefixtures("only_points")
def test_a_run_in_a_thread_is_a_run(folder: Path, tmp_path: Path):
    with ThreadPoolExecutor() as thread:
        thread.submit(main, command_line(folder, tmp_path / "result", "model=vanilla")).result()

    assert (tmp_path / "result" / "vanilla" / "generated.npy").exists()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        # -S leaves out what is installed.
        (["-S", "main.py"], "lacks the packages torch, numpy, "),
        (["-S", "-m", "utils.runs"], "lacks the packages torch, numpy, "),
        (["-S", "-m", "benchmarks.fidelity"], "lacks the packages torch, numpy, "),
        (["-c", f"import sys; sys.version_info = (3, 8, 10); {RUN_MAIN}"], "is Python 3.8, and the program needs 3.11"),
    ],
)
def test_a_python_that_is_too_old_or_lacks_the_packages_says_so_in_one_line(command: list[str], complaint: str):
    run = started(*command)

    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert complaint in run.stderr.decode()


def test_an_older_python_can_read_what_tells_it_so():
    for name in ("main.py", "data/__init__.py", "utils/__init__.py", "utils/system/environment.py"):
        ast.parse((REPOSITORY / name).read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_python_that_leaves_out_docstrings_and_assertions_runs_every_command(command: list[str]):
    run = started("-OO", *command, "--help")

    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.startswith(b"usage: ")


def test_the_packages_that_are_looked_for_are_those_that_are_required():
    required = re.findall(r"^[\w-]+", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE)

    assert [{"yaml": "pyyaml", "PIL": "pillow"}.get(name, name) for name in PACKAGES] == required


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("main.py --help", 0),
        ("main.py epoch=3", 2),
        ("main.py data_path=tests", 2),
        ("data.from_picture none.png", 2),
        ("utils.evaluation none.npy", 2),
    ],
)
def test_the_first_answer_waits_for_no_package_that_takes_seconds_to_load(command: str, status: int):
    run = started("-c", WATCHING, *command.split())

    assert run.returncode == status, run.stderr.decode()
    assert run.stderr.decode().splitlines()[-1] == "loaded:"
