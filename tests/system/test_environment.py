import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from utils.system.environment import code_version, own_torch_state, provenance, require_environment


def test_a_package_that_is_missing_or_hidden_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "hidden", None)

    with pytest.raises(SystemExit) as end:
        require_environment(("numpy", "hidden", "nowhere"), "some.txt")

    assert end.value.code == 2
    assert "lacks the packages hidden, nowhere: install them" in capsys.readouterr().err


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


def test_pytorch_computes_with_its_defaults_and_is_as_it_was_afterwards():
    def state() -> list[object]:
        flags = torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu")
        return [torch.get_default_dtype(), torch.get_float32_matmul_precision(), flags]

    ours, generator = state(), torch.get_rng_state()
    torch.set_default_dtype(torch.float64)
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.inference_mode(), torch.autocast("cpu"):
            theirs = state()
            with own_torch_state(threads=1):
                assert state() == ours
                torch.rand(3)
            assert state() == theirs
        assert theirs != ours
        assert torch.equal(torch.get_rng_state(), generator)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")
