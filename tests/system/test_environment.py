import shutil
import subprocess
from pathlib import Path

import pytest

from utils.system.environment import code_version, provenance


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_clone_names_its_commit_and_whether_files_differ_and_other_folders_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def code(folder: Path) -> str:
        monkeypatch.setattr("utils.system.environment.ROOT", folder)
        return code_version.__wrapped__()

    identity = ["git", "-c", "user.name=A", "-c", "user.email=a@b"]
    (tmp_path / "folder").mkdir()
    (tmp_path / "main.py").touch()
    for arguments in (["init"], ["add", "."], ["commit", "-m", "all"]):
        subprocess.run([*identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    clean = code(tmp_path)
    (tmp_path / "main.py").write_text("changed")
    assert code(tmp_path) == f"{clean}, with changes"
    assert code(tmp_path / "folder") == "not in a clone of its repository"
    monkeypatch.setenv("PATH", "")
    assert code(tmp_path) == "not in a clone of its repository"


def test_where_other_code_has_trained_than_judged_both_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.system.environment.code_version", lambda: "new")

    assert [provenance(code)["code"] for code in ("new", "old")] == ["new", "trained by old; drawn and judged by new"]
