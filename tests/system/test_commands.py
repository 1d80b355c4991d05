"""Printed commands work where the person is: pasted into their shell, they start the same Python."""

import subprocess
import sys
from pathlib import Path

import pytest
from quick import REPOSITORY

from utils.system.commands import main_command, module_command


@pytest.fixture
def activated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment whose folder is the first on the PATH."""
    python = tmp_path / "my env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(python.parent), prepend=":")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(REPOSITORY)
    return python


def test_in_an_activated_environment_python_is_enough(activated: Path):
    assert main_command("seed=1") == "python main.py seed=1"


def test_elsewhere_the_interpreter_is_named_by_its_shortest_path(activated: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    assert main_command("data_path=a b") == f"'{activated}' main.py 'data_path=a b'"

    monkeypatch.chdir(activated.parents[2])
    assert main_command() == f"'my env/bin/python' {REPOSITORY / 'main.py'}"


def test_windows_has_other_quotes(activated: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.platform", "win32")

    assert main_command("data_path=a b", "seed=1").endswith(' main.py "data_path=a b" seed=1')


@pytest.mark.parametrize("here", [REPOSITORY, Path("/")])
def test_a_module_is_started_from_the_folder_that_holds_it(monkeypatch: pytest.MonkeyPatch, here: Path):
    monkeypatch.chdir(here)

    command = module_command("data.from_picture", "--help")

    assert "points" in subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
