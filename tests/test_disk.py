"""Whole runs on a disk that is full, in use, or not to be written to."""

import os
from pathlib import Path

import pytest
from quick import Finished, command_line

from main import main
from utils.system.errors import InputError, run_program
from utils.system.files import claimed


@pytest.mark.usefixtures("without_figures")
def test_a_file_that_another_program_holds_open_is_skipped_with_a_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    proper, held = os.replace, ("loss.png", "comparison.png", "report.html")

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


@pytest.mark.usefixtures("without_figures")
def test_a_disk_that_fills_up_ends_the_run_with_one_line_and_the_last_checkpoint(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    out = finished.copied(tmp_path / "result") / "vanilla"
    checkpoint = (out / "checkpoint.pt").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SystemExit) as end:
        run_program(main, command_line(finished.data, tmp_path / "result", "model=vanilla", "epochs=4", "--resume"))

    assert end.value.code == 2
    assert "make room" in capsys.readouterr().err.splitlines()[-1]
    assert (out / "checkpoint.pt").read_bytes() == checkpoint


def test_a_second_run_into_the_same_folder_is_refused_before_it_writes(folder: Path, tmp_path: Path):
    with claimed(tmp_path / "attention"):
        with pytest.raises(InputError, match="another run"):
            main(command_line(folder, tmp_path))

        assert list((tmp_path / "attention").iterdir()) == []
