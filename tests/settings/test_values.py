"""What settings may be. Files and command lines that are refused as a whole are in tests/test_mistakes.py."""

import dataclasses
import math
import re
from datetime import date
from typing import Any

import pytest

from models import MODELS
from utils.settings.config import Config
from utils.settings.values import checked
from utils.system.errors import InputError


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("epochs", 0, "at least 1, not 0"),
        ("learning_rate", 0, "above 0, not 0.0"),
        ("learning_rate", 10**400, f"of type number, not 1{'0' * 400}"),
        ("clip_norm", math.inf, "a finite number, not .inf"),
        ("model", "gan", f"{' or '.join(MODELS)} or all, not gan"),
        ("device", "tpu", "cpu, cuda, cuda:1 or mps, not tpu"),
        ("seed", math.nan, "of type integer, not .nan"),
        ("epochs", True, "of type integer, not true"),
        ("ratio", [0.1], "of type number, not [0.1]"),
        ("retrain", 1, "of type boolean, not 1"),
        ("gen_every_epochs", 0.5, "of type boolean/integer, not 0.5"),
        ("result_path", " ", "a path, not ' '"),
        ("data_path", date(2026, 11, 25), "of type text (in a file, write it in quotes)"),
        ("latent_dim", 3, "2 with prior=picture, not 3; set latent_dim=2"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_would_be_allowed(setting: str, value: Any, complaint: str):
    with pytest.raises(InputError, match=f"^{setting} must be {re.escape(complaint)}"):
        Config(**{setting: value})


def test_no_key_takes_what_is_no_value():
    for setting in dataclasses.fields(Config):
        for nothing in (None, [], {}):
            with pytest.raises(InputError, match=f"^{setting.name} must be "):
                checked(setting, nothing)


def test_values_on_the_bounds_are_allowed():
    settings = {"epochs": 1, "holdout": 0.5, "ratio": 0.0, "device": "cuda:1", "gen_every_epochs": False}
    settings |= {"model": "all", "seed": 2**63 - 1}

    assert vars(Config(**settings)) == vars(Config()) | settings
