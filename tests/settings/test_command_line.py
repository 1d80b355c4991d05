from pathlib import Path

import pytest
from quick import REPOSITORY

from utils.settings.config import Config, changed, parse_command_line


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    return str(tmp_path / "config.yaml")


def test_flags_and_settings_may_stand_in_any_order(file: str):
    for arguments in (["--config", file, "seed=1", "--resume"], ["--resume", "seed=1", "--config", file]):
        assert parse_command_line(arguments, "") == (Config(epochs=3, seed=1), True)
    assert parse_command_line(["--config", file], "") == (Config(epochs=3), False)


def test_settings_are_in_the_current_folder_or_beside_the_program(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert parse_command_line([], "")[0].epochs == 3

    Path(file).unlink()
    beside, _ = parse_command_line(["data_path=here"], "")
    assert (beside.result_path, beside.data_path) == (str(REPOSITORY / "result"), "here")


def test_another_run_keeps_the_other_settings_of_this_one():
    arguments = ["--config", "my.yaml", "model=vanilla", "seed=1", "--resume", "retrain=false"]

    assert changed(arguments, model="all", retrain=None) == ["--config", "my.yaml", "seed=1", "model=all"]


def test_help_shows_every_key_with_its_default_and_its_meaning(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        parse_command_line(["--help"], "")

    assert Config().to_yaml() in capsys.readouterr().out
