"""What a setting may be: its type, its bounds, and the message that says so."""

import math
import operator
import re
import types
import typing
import unicodedata
from collections.abc import Callable
from dataclasses import Field, field
from typing import Any

import yaml

from utils.program.errors import InputError
from utils.program.paths import expanded

NAMES: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "boolean", bool | int: "boolean/integer"}
# Bounds of numbers: the name in a key's metadata, the words of the message, and the comparison that must hold.
COMPARISONS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("least", "at least", operator.ge),
    ("above", "above", operator.gt),
    ("most", "at most", operator.le),
    ("below", "below", operator.lt),
)


def key(default: Any, doc: str, **bounds: Any) -> Any:
    """A setting: its default, its documentation, and its bounds.

    Bounds are `choices`, or a `pattern` that the documentation ends with in words, after a colon, or any of `least`,
    `above`, `most` and `below`. A text with none of them is a path. `choices` may be a function, which is asked each
    time.
    """
    return field(default=default, metadata={"doc": doc, **bounds})


def choices(setting: Field[Any]) -> tuple[str, ...]:
    """The texts that `setting` may be, as of now; none if it is not a choice."""
    allowed = setting.metadata.get("choices", ())
    return tuple(allowed() if callable(allowed) else allowed)


def checked(setting: Field[Any], value: Any) -> Any:
    """`value` in the type of `setting`. Raises InputError that says what would be allowed."""
    kind = setting.type
    allowed = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if type(value) is int and kind is float:
        value = float(value)
    if type(value) is float and value.is_integer() and int in allowed:
        value = int(value)
    if type(value) in allowed:
        wanted = _wanted(setting, value)
    elif kind is str:
        wanted = f"text; in a file, write it in quotes: {setting.name}: '...'"
    else:
        wanted = f"of type {NAMES[kind]}"
    if wanted:
        raise InputError(f"{setting.name} must be {wanted}, not {as_yaml(value)}")
    return expanded(value) if _is_path(setting) else value


def note(setting: Field[Any]) -> str:
    """The documentation of a setting, with its choices."""
    doc: str = setting.metadata["doc"]
    return f"{doc}: {' | '.join(choices(setting))}" if choices(setting) else doc


def as_yaml(value: Any) -> str:
    """`value` on one line, as a configuration file would have it."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=math.inf)
    return text.removesuffix("...\n").strip()


def _is_path(setting: Field[Any]) -> bool:
    return setting.type is str and not setting.metadata.keys() & {"choices", "pattern"}


def _wanted(setting: Field[Any], value: Any) -> str | None:
    """What `value`, which has the right type, would have to be instead; None if it is within the bounds."""
    bounds, wanted = setting.metadata, None
    if _is_path(setting):
        if not value.strip():
            wanted = "a path"
        elif any(unicodedata.category(character) == "Cc" for character in value):
            wanted = r"a path without control characters (in double quotes \ is special in YAML, use single ones)"
    elif "choices" in bounds:
        wanted = None if value in choices(setting) else " or ".join(choices(setting))
    elif "pattern" in bounds:
        wanted = None if re.fullmatch(bounds["pattern"], value) else bounds["doc"].partition(": ")[2]
    elif not isinstance(value, bool):
        given = (comparison for comparison in COMPARISONS if comparison[0] in bounds)
        broken = (f"{words} {bounds[name]}" for name, words, holds in given if not holds(value, bounds[name]))
        wanted = next(broken, None) if math.isfinite(value) else "a finite number"
    return wanted
