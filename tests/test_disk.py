"""Whole runs in folders that something else is using."""

import os
from pathlib import Path

import pytest
from quick import command_line

from main import main
from utils.system.errors import InputError
from utils.system.files import claimed


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

    out = tmp_path / "vanilla"
    lines = [line for line in capsys.readouterr().out.splitlines() if "close it in other programs" in line]
    assert [line.partition(": ")[0] for line in lines] == [str(out / name) for name in held]
    assert {path.name for path in out.iterdir()} >= {"model.pt", "checkpoint.pt", "metrics.json", "generated.npy"}


def test_a_second_run_into_the_same_folder_is_refused_before_it_writes(folder: Path, tmp_path: Path):
    with claimed(tmp_path / "attention"):
        with pytest.raises(InputError, match="another run"):
            main(command_line(folder, tmp_path))

        assert list((tmp_path / "attention").iterdir()) == []
