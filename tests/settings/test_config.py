"""Settings from files and command lines. What is refused as a whole is in tests/test_bad_input.py."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from quick import REPOSITORY

from data.scaling import Scaling
from models.generator import build_model
from models.registry import MODELS, PRIORS
from utils.settings.config import Config, load_config
from utils.system.errors import InputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("epochs: 3\n")
    return path


def without_choices(text: str) -> str:
    return re.sub(r": \w+( \| \w+)+$", "", text, flags=re.MULTILINE)


def test_the_shipped_file_holds_every_key_with_its_default_and_its_documentation():
    shipped, current = (REPOSITORY / "config.yaml").read_text(), Config().to_yaml()

    assert without_choices(shipped) == without_choices(current)
    assert load_config(REPOSITORY / "config.yaml") == Config()
    # A row that somebody adds to the registry of models or priors may be missing from the file.
    for theirs, ours in zip(shipped.splitlines(), current.splitlines(), strict=True):
        assert set(theirs.split(" | ")[1:]) <= set(ours.split(" | ")[1:])


def test_the_keys_of_the_first_version_keep_their_names_and_take_their_values():
    first_version = {"epochs": 100, "batch_size": 1, "hidden_dim": 256, "device": "cpu", "num_workers": 4, "seed": 10}
    first_version |= {"result_path": "./result/", "gen_every_epochs": True, "retrain": True}

    assert vars(Config(**first_version)) == vars(Config()) | first_version


def test_overrides_win_over_the_file_and_the_file_over_the_defaults(file: Path):
    assert load_config(file) == Config(epochs=3)

    config = load_config(file, ["epochs=7", "model=vanilla", "retrain=False", "gen_every_epochs=5", "data_path=a b"])

    assert config == Config(epochs=7, model="vanilla", retrain=False, gen_every_epochs=5, data_path="a b")


def test_all_stands_for_all_models_and_each_has_an_output_folder_of_its_own():
    runs = Config(model="all", result_path="there").each_model()

    assert runs == [Config(model=name, result_path="there") for name in MODELS]
    assert [run.output for run in runs] == [Path("there") / name for name in MODELS]
    assert Config(model="both", result_path="there").each_model() == runs, "its older name"
    assert Config(model="vanilla").each_model() == [Config(model="vanilla")]


def test_a_text_on_the_command_line_is_taken_as_it_stands(file: Path):
    for text in ("2026-11-25", "007", "no", "run #2", "1e3", "[a]", "null", "C:\\temp\\new"):
        assert load_config(file, [f"result_path={text}"]).result_path == text


@pytest.mark.parametrize("text", ["2026-11-25", "no", "007"])
def test_a_text_that_yaml_takes_for_something_else_is_to_be_quoted_in_a_file(file: Path, text: str):
    file.write_text(f"result_path: {text}\n")
    with pytest.raises(InputError, match=r"result_path must be text; in a file, write it in quotes"):
        load_config(file)

    file.write_text(f"result_path: '{text}'\n")
    assert load_config(file).result_path == text


@pytest.mark.parametrize(
    ("key", "texts", "value"),
    [
        ("n_generate", ("010", "1e1", "10.0", "1_0", "+10"), 10),
        ("n_generate", ("08",), 8),
        ("beta_max", ("1e-3", "1.0E-3", ".1e-2", "0.001"), 0.001),
        ("beta_max", ("3",), 3.0),
    ],
)
def test_numbers_are_decimal_and_may_be_written_with_an_exponent(
    file: Path, key: str, texts: tuple[str, ...], value: float
):
    for text in texts:
        file.write_text(f"{key}: {text}\n")
        for config in (load_config(file), load_config(file, [f"{key}={text}"])):
            assert repr(getattr(config, key)) == repr(value)


def test_home_and_the_variables_of_the_environment_are_replaced_in_paths(file: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in {"HOME": "/home/me", "USERPROFILE": "/home/me", "SCRATCH": "/disk"}.items():
        monkeypatch.setenv(name, value)
    paths = {"~/runs": "/home/me/runs", "$SCRATCH/a": "/disk/a", "${SCRATCH}b": "/diskb", "100$": "100$", "$5": "$5"}

    for text, path in paths.items():
        assert load_config(file, [f"data_path={text}", f"result_path={text}"]) == Config(
            data_path=path, result_path=path, epochs=3
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_may_have_any_unicode_encoding(file: Path, encoding: str):
    file.write_bytes("epochs: 7\r\nresult_path: 'Ω'\r\n".encode(encoding))

    assert load_config(file) == Config(epochs=7, result_path="Ω")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("epochs\uff1a1\nseed: 3", "line 1, column 7: '：' is a FULLWIDTH COLON; write ':'"),
        ("epochs\uff1a1", "line 1, column 7: .* FULLWIDTH COLON"),
        ("epochs: 1\nseed:\u00a0[2", "line 2, column 6: .* is a NO-BREAK SPACE; write ' '"),
        ("result_path: café".encode("cp1252"), "cannot be read as settings: .*, or save it as text in UTF-8"),
        (r'data_path: "C:\temp\new"', r"in double quotes \\ is special.*use single ones"),
        (r'data_path: "C:\Users\me"', r"in double quotes \\ is special.*use single ones"),
        ("result_path: $NOWHERE/run", r"\$NOWHERE/run: the environment variable \$NOWHERE is not set; set it"),
    ],
)
def test_a_character_that_means_something_else_is_refused_with_the_remedy(file: Path, content: Any, complaint: str):
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(InputError, match=complaint):
        load_config(file)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("prior", PRIORS)
def test_what_shapes_a_model_is_of_that_kind(model: str, prior: str):
    """Else retrain=false would load a model of another shape in silence."""
    read = set()

    class Settings(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            read.add(name)
            return super().__getitem__(name)

    build_model(Settings(dataclasses.asdict(Config(model=model, prior=prior, hidden_dim=8))), Scaling((20, 20)))

    assert read <= {*Config.names("model")}
