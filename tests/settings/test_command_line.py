from pathlib import Path

import pytest

from utils.program.errors import InputError
from utils.settings.command_line import continue_command, parse_command_line
from utils.settings.config import Config


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    return str(tmp_path / "config.yaml")


def test_flags_and_settings_may_stand_in_any_order(file: str):
    for arguments in (["--config", file, "seed=1", "--resume"], ["--resume", "seed=1", "--config", file]):
        assert parse_command_line(arguments, "") == (Config(epochs=3, seed=1), True)


def test_without_resume_a_run_starts_over(file: str):
    assert parse_command_line(["--config", file], "") == (Config(epochs=3), False)


def test_help_begins_with_the_description(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        parse_command_line(["--help"], "What the program does.")

    assert end.value.code == 0
    assert "What the program does." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["seed=1", "data_path=a b"], ["seed=1", "--resume", "data_path=a b"]])
def test_the_command_to_continue_is_the_same_command_with_resume(arguments: list[str]):
    assert continue_command(Config(), arguments) == "python main.py seed=1 'data_path=a b' --resume"


def test_after_training_the_command_to_continue_does_not_train():
    assert continue_command(Config(retrain=False), ["retrain=false"]) == "python main.py retrain=false"


@pytest.mark.parametrize("argument", ["--epochs=3", "--epochs", "-epochs", "--batch-size"])
def test_keys_with_dashes_are_refused_with_how_to_write_them(file: str, argument: str):
    with pytest.raises(InputError, match=f"{argument}: keys have no dashes; write (epochs|batch_size)=VALUE"):
        parse_command_line(["--config", file, argument, "3"], "")
