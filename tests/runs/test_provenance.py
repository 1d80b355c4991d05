import shutil
import subprocess
from pathlib import Path

import pytest

from utils.runs.provenance import provenance

code = provenance.__wrapped__


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_clone_names_its_commit_and_says_whether_files_differ_from_it(tmp_path: Path):
    def git(*arguments: str) -> str:
        identity = ["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments]
        return subprocess.run(identity, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    (tmp_path / "main.py").touch()
    (tmp_path / "folder").mkdir()
    git("init")
    git("add", ".")
    git("commit", "-m", "all")
    head = git("rev-parse", "HEAD")[:12]

    assert code(tmp_path)["code"] == head
    assert code(tmp_path / "folder")["code"] == "not in a clone of its repository", "within another repository"
    (tmp_path / "main.py").write_text("changed")
    assert code(tmp_path)["code"] == f"{head}, with changes"


def test_without_git_the_version_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")

    assert code(tmp_path)["code"] == "not in a clone of its repository"
