"""Machines and habits as people have them: the program runs the same whatever surrounds it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from quick import REPOSITORY, Finished, command_line, outcome

from main import main
from utils.runs.run import ResultFile
from utils.system.environment import PACKAGES
from utils.system.errors import InputError
from utils.system.files import claimed

RUN_MAIN = "sys.argv = ['main.py']; exec(open('main.py').read())"


def started(*command: str, shell: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A Python in a process of its own, with other environment variables, perhaps started by a `shell`."""
    words = [*shell, sys.executable, *command]
    return subprocess.run(words, cwd=REPOSITORY, env=os.environ | environment, capture_output=True, check=False)


def test_files_are_the_same_whatever_the_person_uses(finished: Finished, tmp_path: Path):
    """One model alone, another backend, style and encoding, no home, a folder's odd name, and no reader at the end."""
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfigure.facecolor: red\n")
    theirs = tmp_path / os.fsdecode(b"caf\xe9")
    theirs.symlink_to(finished.data)
    surroundings = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "PYTHONIOENCODING": "ascii",
        "HOME": "/proc/nowhere",
    }
    arguments = command_line(theirs, tmp_path / "result", "model=vanilla")

    shell = ("bash", "-c", 'set -o pipefail; "$@" | head -n 1', "bash")
    run = started("main.py", *arguments, shell=shell, **surroundings)

    assert run.returncode == 0, run.stderr.decode()
    assert re.fullmatch(rb"data: 300 points from .*/caf\?\n", run.stdout)
    assert not re.search(b"matplotlib|Broken", run.stderr)
    ours, expected = tmp_path / "result" / "vanilla", finished.result / "vanilla"
    assert outcome(ours) == outcome(expected)
    # The page names the data's folder.
    for name in {*ResultFile, "training.gif", "loss.png"} - {"report.html"}:
        assert (ours / name).read_bytes() == (expected / name).read_bytes(), name


@pytest.mark.usefixtures("without_figures")
def test_a_file_that_another_program_holds_open_is_skipped_with_a_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    proper, held = os.replace, ("history.csv", "loss.png", "comparison.png", "report.html")

    def replace(source: Path, target: Path) -> None:
        if Path(target).name in held:
            raise PermissionError(13, "Permission denied", str(source), None, str(target))
        proper(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    main(command_line(folder, tmp_path, "model=vanilla"))

    lines = [line for line in capsys.readouterr().out.splitlines() if "close it in other programs" in line]
    assert [line.partition(": ")[0] for line in lines] == [str(tmp_path / "vanilla" / name) for name in held]
    assert (tmp_path / "vanilla" / "generated.npy").exists()


def test_a_second_run_into_the_same_folder_is_refused_before_it_writes(folder: Path, tmp_path: Path):
    with claimed(tmp_path / "attention"):
        with pytest.raises(InputError, match="another run"):
            main(command_line(folder, tmp_path))

        assert list((tmp_path / "attention").iterdir()) == []


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        # -S leaves out what is installed.
        (["-S", "main.py"], "lacks the packages torch, numpy, "),
        (["-S", "-m", "utils.runs"], "lacks the packages torch, numpy, "),
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


def test_the_packages_that_are_looked_for_are_those_that_are_required():
    required = re.findall(r"^[\w-]+", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE)

    assert [{"yaml": "pyyaml", "PIL": "pillow"}.get(name, name) for name in PACKAGES] == required


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("main.py epoch=3", 2),
        ("main.py data_path=tests", 2),
        # Without docstrings.
        ("-OO main.py --help", 0),
        ("-OO -m data.from_picture none.png", 2),
        ("-OO -m utils.evaluation none.npy", 2),
    ],
)
def test_the_first_answer_waits_for_no_package_that_takes_seconds_to_load(command: str, status: int):
    run = started("-X", "importtime", *command.split())

    assert run.returncode == status, run.stderr.decode()
    assert re.findall(r"\| +(numpy|torch|matplotlib)\n", run.stderr.decode()) == ["numpy"]
