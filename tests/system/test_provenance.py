import shutil
import subprocess
from pathlib import Path

import pytest

from utils.system.environment import code_version, provenance


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the program is in."""
    monkeypatch.setattr("utils.system.provenance.ROOT", tmp_path)
    return tmp_path


def code() -> str:
    return code_version.__wrapped__()


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_clone_names_its_commit_and_says_whether_files_differ_from_it(root: Path, monkeypatch: pytest.MonkeyPatch):
    def git(*arguments: str) -> str:
        identity = ["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments]
        return subprocess.run(identity, cwd=root, check=True, capture_output=True, text=True).stdout

    (root / "main.py").touch()
    git("init")
    git("add", ".")
    git("commit", "-m", "all")
    head = git("rev-parse", "HEAD")[:12]

    assert code() == head
    (root / "main.py").write_text("changed")
    assert code() == f"{head}, with changes"
    (root / "folder").mkdir()
    monkeypatch.setattr("utils.system.provenance.ROOT", root / "folder")
    assert code() == "not in a clone of its repository", "within another repository"


@pytest.mark.usefixtures("root")
def test_without_git_the_version_is_unknown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")

    assert code() == "not in a clone of its repository"


def test_where_other_code_has_trained_than_judged_both_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.system.provenance.code_version", lambda: "new")

    assert provenance("new")["code"] == "new"
    assert provenance("old")["code"] == "trained by old; drawn and judged by new"
