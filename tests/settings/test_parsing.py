"""YAML as people write it. What is refused, and with which words, is in tests/test_bad_input.py."""

import re
from typing import Any

import pytest

from utils.program.errors import InputError
from utils.settings.parsing import parse_yaml


@pytest.mark.parametrize("text", ["1e-3", "1.0e-3", "1E-3", ".1e-2", "0.001"])
def test_numbers_may_be_written_with_an_exponent(text: str):
    assert parse_yaml(text, "here") == 0.001


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("7", 7),
        ("a b", "a b"),
        ("e3", "e3"),
        ("", None),
        ("a: 1\nb: [2]", {"a": 1, "b": [2]}),
    ],
)
def test_everything_else_is_ordinary_yaml(text: str, value: Any):
    assert parse_yaml(text, "here") == value


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("epochs\uff1a1\nseed: 3", "line 1, column 7", "FULLWIDTH COLON; write ':'"),
        ("a: 1\nb:\u00a0[2", "line 2, column 3", "NO-BREAK SPACE; write ' '"),
        ("a: \uff3b1", "line 1, column 4", "FULLWIDTH LEFT SQUARE BRACKET"),
    ],
)
def test_a_character_that_only_looks_like_one_of_yamls_is_named(text: str, place: str, name: str):
    with pytest.raises(InputError, match=f"here, {place}: .* is a {re.escape(name)}"):
        parse_yaml(text + "\n}", "here")
