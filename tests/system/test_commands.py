"""Printed commands work where the person is: pasted into their shell, they start the same Python."""

import subprocess
import sys
from pathlib import Path

import pytest
from quick import REPOSITORY

from utils.system.program import main_command


def test_a_command_has_the_shortest_name_of_its_python_and_the_quotes_of_its_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    python = tmp_path / "my env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(REPOSITORY)

    monkeypatch.setenv("PATH", str(python.parent))
    assert main_command("data_path=a b") == "python main.py 'data_path=a b'"
    monkeypatch.setenv("PATH", "")
    assert main_command("seed=1") == f"'{python}' main.py seed=1"
    monkeypatch.chdir(tmp_path)
    assert main_command() == f"'my env/bin/python' {REPOSITORY / 'main.py'}"
    monkeypatch.setattr("sys.platform", "win32")
    assert main_command("data_path=a b").endswith('main.py "data_path=a b"')


@pytest.mark.parametrize("here", [REPOSITORY, Path("/")])
def test_a_module_is_started_from_the_folder_that_holds_it(monkeypatch: pytest.MonkeyPatch, here: Path):
    monkeypatch.chdir(here)

    command = main_command("--help", module="data.from_picture")

    assert "points" in subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
