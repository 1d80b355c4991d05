import dataclasses
from pathlib import Path

import pytest
from quick import REPOSITORY

from models.registry import MODELS
from utils.settings.config import Config, describe, load_config
from utils.settings.validation import as_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("epochs: 3\n")
    return path


def test_the_shipped_file_holds_every_key_with_its_default_and_its_documentation():
    assert (REPOSITORY / "config.yaml").read_text() == Config().to_yaml()
    assert load_config(REPOSITORY / "config.yaml") == Config()


def test_help_has_a_line_for_each_key_with_its_meaning_and_its_default():
    lines = describe().splitlines()

    for key, line in zip(dataclasses.fields(Config), lines, strict=True):
        assert line.split()[0] == key.name
        assert key.metadata["doc"] in line
        assert line.endswith(f"[{as_yaml(key.default)}]")


def test_the_keys_of_the_first_version_keep_their_names_and_take_their_values():
    first_version = {
        "epochs": 100,
        "batch_size": 1,
        "hidden_dim": 256,
        "device": "cpu",
        "num_workers": 4,
        "result_path": "./result/",
        "gen_every_epochs": True,
        "seed": 10,
        "retrain": True,
    }

    assert vars(Config(**first_version)) == vars(Config()) | first_version


def test_what_the_file_does_not_name_keeps_its_default(file: Path):
    assert load_config(file) == Config(epochs=3)


def test_overrides_win_over_the_file(file: Path):
    config = load_config(file, ["epochs=7", "model=vanilla", "retrain=False", "gen_every_epochs=5", "data_path=a b"])

    assert config == Config(epochs=7, model="vanilla", retrain=False, gen_every_epochs=5, data_path="a b")


def test_both_stands_for_all_models_and_each_has_an_output_folder_of_its_own():
    runs = Config(model="both", result_path="there").each_model()

    assert runs == [Config(model=name, result_path="there") for name in MODELS]
    assert [run.output for run in runs] == [Path("there") / name for name in MODELS]
    assert Config(model="vanilla").each_model() == [Config(model="vanilla")]


def test_settings_cannot_be_changed_once_they_are_checked():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().epochs = 0  # type: ignore[misc]
