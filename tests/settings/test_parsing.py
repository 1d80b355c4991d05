"""YAML as people write it. What is refused, and with which words, is in tests/test_bad_input.py."""

from typing import Any

import pytest

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
