import shutil
import subprocess
from pathlib import Path

import pytest

from utils.runs.provenance import ROOT, code_version, provenance


def a_copy(folder: Path) -> Path:
    for name in ("main.py", "data", "models", "utils"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


def test_versions_are_named():
    assert list(provenance()) == ["code", "Python", "PyTorch", "NumPy", "machine"]


def test_the_same_files_have_the_same_hash_and_a_changed_one_another(tmp_path: Path):
    one, other = (a_copy(Path(tmp_path, name)) for name in ("one", "other") if not Path(tmp_path, name).mkdir())

    assert code_version(one) == code_version(other)
    assert code_version(one).startswith("files ")
    with open(other / "models" / "vae.py", "a") as file:
        file.write("#")
    assert code_version(one) != code_version(other)


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_clone_names_its_commit_and_says_whether_files_differ_from_it(tmp_path: Path):
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=A", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    a_copy(tmp_path)
    git("init")
    git("add", ".")
    git("commit", "-m", "all")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert code_version(tmp_path).startswith(f"commit {head[:12]}; files ")
    (tmp_path / "main.py").write_text("")
    assert code_version(tmp_path).startswith(f"commit {head[:12]}, with changes; files ")


def test_without_git_the_hash_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (a_copy(tmp_path) / ".git").mkdir()
    monkeypatch.setenv("PATH", "")

    assert code_version(tmp_path).startswith("files ")


def test_the_template_is_installed_with_the_package():
    import tomllib

    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    found = [path for pattern in packages["utils.runs"] for path in (ROOT / "utils" / "runs").glob(pattern)]
    assert [path.name for path in found] == ["report.html.j2"]
