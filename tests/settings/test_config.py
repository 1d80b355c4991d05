"""Settings from files and command lines. What is refused as a whole is in tests/test_mistakes.py."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from quick import REPOSITORY

from data.scaling import Scaling
from models import MODELS, PRIORS
from models.generator import build_model
from utils.settings.config import Config, changed, load_config, parse_command_line
from utils.system.errors import InputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("epochs: 3\n")
    return path


def test_the_shipped_file_and_help_hold_every_key_with_its_default_and_its_documentation(
    capsys: pytest.CaptureFixture[str],
):
    with pytest.raises(SystemExit):
        parse_command_line(["--help"], "")
    assert Config().to_yaml() in capsys.readouterr().out

    shipped, current = ((REPOSITORY / "config.yaml").read_text().splitlines(), Config().to_yaml().splitlines())

    assert load_config(REPOSITORY / "config.yaml") == Config()
    # A row that somebody adds to the models, priors or schedules may be missing from the file.
    for theirs, ours in zip(shipped, current, strict=True):
        assert theirs.rpartition(":")[0] == ours.rpartition(":")[0] if " | " in ours else theirs == ours
        assert set(theirs.split(" | ")[1:]) <= set(ours.split(" | ")[1:])


@pytest.mark.parametrize("name", ["all", "both"])
def test_all_stands_for_all_models_and_each_has_an_output_folder_of_its_own(name: str):
    runs = Config(model=name, result_path="there").each_model()

    assert runs == [Config(model=name, result_path="there") for name in MODELS]
    assert [run.output for run in runs] == [Path("there") / name for name in MODELS]


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults_in_any_order(file: Path):
    words = ["epochs=7", "model=vanilla", "retrain=False", "gen_every_epochs=5", "data_path=a b"]
    config = Config(epochs=7, model="vanilla", retrain=False, gen_every_epochs=5, data_path="a b")

    assert parse_command_line(["--config", str(file), *words], "") == (config, False)
    assert parse_command_line(["--resume", "seed=1", "--config", str(file)], "") == (Config(epochs=3, seed=1), True)


def test_settings_are_in_the_current_folder_or_beside_the_program(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(file.parent)
    assert parse_command_line([], "")[0].epochs == 3

    file.unlink()
    beside, _ = parse_command_line(["data_path=here"], "")
    assert (beside.result_path, beside.data_path) == (str(REPOSITORY / "result"), "here")


def test_another_run_keeps_the_other_settings_of_this_one():
    arguments = ["--config", "my.yaml", "model=vanilla", "--resume", "retrain=false"]

    assert changed(arguments, model="all", retrain=None) == ["--config", "my.yaml", "model=all"]


@pytest.mark.parametrize("text", ["2026-11-25", "007", "no", "run #2", "1e3", "C:\\temp\\new"])
def test_a_text_on_the_command_line_or_in_quotes_is_taken_as_it_stands(file: Path, text: str):
    file.write_text(f"result_path: '{text}'\n")

    for config in (load_config(file), load_config(file, [f"result_path={text}"])):
        assert config.result_path == text


@pytest.mark.parametrize("text", ["010", "1e1", "10.0", "1_0", "+10", "100E-1"])
def test_numbers_are_decimal_and_may_have_an_exponent(file: Path, text: str):
    file.write_text(f"n_generate: {text}\nbeta_max: {text}\n")

    for config in (load_config(file), load_config(file, [f"n_generate={text}", f"beta_max={text}"])):
        assert repr((config.n_generate, config.beta_max)) == "(10, 10.0)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_may_have_any_unicode_encoding(file: Path, encoding: str):
    file.write_bytes("epochs: 7\r\nresult_path: 'Ω'\r\n".encode(encoding))

    assert load_config(file) == Config(epochs=7, result_path="Ω")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("prior", PRIORS)
def test_what_shapes_a_model_is_of_that_kind(model: str, prior: str):
    """Else retrain=false would load a model of another shape in silence."""
    config = Config(model=model, prior=prior, hidden_dim=8)

    build_model({name: getattr(config, name) for name in Config.names("model")}, Scaling((20, 20)))


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("epochs", 0, "at least 1, not 0"),
        ("learning_rate", 0, "above 0, not 0.0"),
        ("holdout", 0.6, "at most 0.5, not 0.6"),
        ("learning_rate", 10**400, f"of type number, not 1{'0' * 400}"),
        ("clip_norm", math.inf, "a finite number, not .inf"),
        ("model", "gan", f"{' or '.join(MODELS)} or all, not gan"),
        ("device", "tpu", "cpu, cuda, cuda:1 or mps, not tpu"),
        ("epochs", True, "of type integer, not true"),
        ("result_path", " ", "a path, not ' '"),
        ("latent_dim", 3, "2 with prior=picture, not 3"),
        *((name, nothing, "") for name in vars(Config()) for nothing in (None, [], {})),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_would_be_allowed(setting: str, value: Any, complaint: str):
    with pytest.raises(InputError, match=f"^{setting} must be {re.escape(complaint)}"):
        Config(**{setting: value})
