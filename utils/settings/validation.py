"""What a setting may be: its type, its bounds, and the message that says so."""

import math
import operator
import os
import re
import types
import typing
import unicodedata
from dataclasses import Field, field
from typing import Any

import yaml

from utils.program.errors import InputError

# Bounds of numbers: the name in a key's metadata, the words of the message, and the comparison that must hold.
_COMPARISONS = (
    ("least", "at least", operator.ge),
    ("above", "above", operator.gt),
    ("most", "at most", operator.le),
    ("below", "below", operator.lt),
)


def key(default: Any, doc: str, **bounds: Any) -> Any:
    """A setting: its default, its documentation, and its bounds.

    Bounds are `choices`, or `pattern` with the `example`s that the message shows, or any of `least`, `above`, `most`
    and `below`. A text with none of them is a path, in which ~ is the home directory. `choices` may be a function, if
    they are not settled yet.
    """
    return field(default=default, metadata={"doc": doc, **bounds})


def choices(setting: Field[Any]) -> tuple[str, ...]:
    """The texts that `setting` may be, as of now; none if it is not a choice."""
    allowed = setting.metadata.get("choices", ())
    return tuple(allowed() if callable(allowed) else allowed)


def checked(setting: Field[Any], value: Any) -> Any:
    """`value` in the type of `setting`. Raises InputError that says what would be allowed."""

    def refuse(wanted: str) -> typing.NoReturn:
        raise InputError(f"{setting.name} must be {wanted}, not {as_yaml(value)}")

    kind, bounds = setting.type, setting.metadata
    allowed = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if type(value) is int and allowed == (float,):
        value = float(value)
    if type(value) is float and value.is_integer() and int in allowed:
        value = int(value)
    if type(value) not in allowed and kind is str:
        refuse(f"text; in a file, write it in quotes: {setting.name}: '...'")
    if type(value) not in allowed:
        refuse(f"of type {type_name(kind)}")
    if isinstance(value, str):
        if choices(setting):
            if value not in choices(setting):
                refuse(" or ".join(choices(setting)))
        elif "pattern" in bounds:
            if not re.fullmatch(bounds["pattern"], value):
                refuse(bounds["example"])
        elif not value.strip():
            refuse("a path")
        elif any(unicodedata.category(character) == "Cc" for character in value):
            refuse(r"a path without control characters (in double quotes \ is special in YAML, use single ones)")
        else:
            value = os.path.expanduser(value)
    elif not isinstance(value, bool):
        if not math.isfinite(value):
            refuse("a finite number")
        for name, words, holds in _COMPARISONS:
            if name in bounds and not holds(value, bounds[name]):
                refuse(f"{words} {bounds[name]}")
    return value


def note(setting: Field[Any]) -> str:
    """The documentation of a setting, with its choices."""
    doc: str = setting.metadata["doc"]
    return f"{doc}: {' | '.join(choices(setting))}" if choices(setting) else doc


def type_name(kind: Any) -> str:
    """A type in the words of `--help` and of error messages."""
    names = {str: "text", int: "integer", float: "number", bool: "boolean"}
    return names[kind] if kind in names else "/".join(type_name(part) for part in typing.get_args(kind))


def as_yaml(value: Any) -> str:
    """`value` on one line, as a configuration file would have it."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=math.inf)
    return text.removesuffix("...\n").strip()
