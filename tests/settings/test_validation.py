"""Bounds. That no key takes a value of another type is in tests/test_bad_input.py."""

import dataclasses
from typing import Any

import pytest

from utils.program.errors import InputError
from utils.settings.config import Config
from utils.settings.validation import as_yaml, checked, choices, key, note, type_name


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("epochs", 0, "epochs must be at least 1, not 0"),
        ("threads", 0, "threads must be at least 1, not 0"),
        ("threads", "all", "threads must be of type integer, not all"),
        ("learning_rate", 0, "learning_rate must be above 0, not 0.0"),
        ("clip_norm", float("inf"), "clip_norm must be a finite number, not .inf"),
        ("holdout", 0.9, "holdout must be at most 0.5, not 0.9"),
        ("ema_decay", 1, "ema_decay must be below 1, not 1.0"),
        ("model", "gan", "model must be vanilla or attention or both, not gan"),
        ("device", "tpu", "device must be cpu, cuda, cuda:1 or mps, not tpu"),
        ("retrain", 1, "retrain must be of type boolean, not 1"),
        ("gen_every_epochs", 0.5, "gen_every_epochs must be of type boolean/integer, not 0.5"),
        ("result_path", " ", "result_path must be a path, not ' '"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_would_be_allowed(setting: str, value: Any, complaint: str):
    with pytest.raises(InputError) as error:
        Config(**{setting: value})

    assert str(error.value) == complaint


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 1, "holdout": 0.5, "ema_decay": 0.0, "ratio": 0.0},
        {"model": "both", "device": "cuda:1", "gen_every_epochs": 5},
        {"gen_every_epochs": False, "seed": 2**63 - 1},
    ],
)
def test_values_on_the_bounds_are_allowed(settings: dict[str, Any]):
    assert {name: getattr(Config(**settings), name) for name in settings} == settings


def test_an_integer_is_accepted_for_a_number():
    beta_max = Config(beta_max=2).beta_max

    assert (beta_max, type(beta_max)) == (2.0, float)


def test_choices_may_be_a_function_which_is_asked_each_time():
    allowed = ["red"]

    @dataclasses.dataclass
    class Settings:
        color: str = key("red", "what color", choices=lambda: allowed)

    (color,) = dataclasses.fields(Settings)
    with pytest.raises(InputError, match="color must be red, not green"):
        checked(color, "green")

    allowed.append("green")

    assert checked(color, "green") == "green"
    assert choices(color) == ("red", "green")
    assert note(color) == "what color: red | green"


def test_types_and_values_are_named_as_the_file_writes_them():
    assert [type_name(kind) for kind in (int, float, str, bool, bool | int)] == [
        "integer",
        "number",
        "text",
        "boolean",
        "boolean/integer",
    ]
    assert [as_yaml(value) for value in (True, None, 0.5, "a b", [1, {"a": 2}])] == [
        "true",
        "null",
        "0.5",
        "a b",
        "[1, {a: 2}]",
    ]
