"""What a setting may be: its type, its bounds, and the message that says so."""

import contextlib
import math
import re
import typing
from dataclasses import Field, field
from typing import Any

import yaml

from utils.program.errors import InputError
from utils.program.reading import expanded

NAMES: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "boolean", bool | int: "boolean/integer"}


def key(default: Any, doc: str, **bounds: Any) -> Any:
    """A setting: its default, its documentation, and its bounds.

    Numbers have the bounds `least`, `above` and `most`. A text has `choices`, perhaps a function that gives them, or a
    `pattern`, which the documentation says in words after a colon; with neither it is a path.
    """
    return field(default=default, metadata={"doc": doc, **bounds})


def choices(setting: Field[Any]) -> tuple[str, ...]:
    """The texts that `setting` may be, as of now; none if it is not a choice."""
    allowed = setting.metadata.get("choices", ())
    return tuple(allowed() if callable(allowed) else allowed)


def checked(setting: Field[Any], value: Any) -> Any:
    """`value` in the type of `setting`. Raises InputError that says what would be allowed."""
    kind, bounds = setting.type, setting.metadata
    allowed = typing.get_args(kind) or (kind,)
    # YAML takes 1e-3 and 08 for texts.
    if isinstance(value, str) and kind is not str:
        with contextlib.suppress(ValueError):
            value = float(value)
    # Up to here, all integers are floating-point numbers.
    if type(value) is int and kind is float and abs(value) <= 2**53:
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
    return expanded(value) if kind is str and not bounds.keys() & {"choices", "pattern"} else value


def note(setting: Field[Any]) -> str:
    """The documentation of a setting, with its choices."""
    doc: str = setting.metadata["doc"]
    return f"{doc}: {' | '.join(choices(setting))}" if choices(setting) else doc


def as_yaml(value: Any) -> str:
    """`value` on one line, as a configuration file would have it."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=math.inf)
    return text.removesuffix("...\n").strip()


def _wanted(setting: Field[Any], value: Any) -> str | None:
    """What `value`, which has the right type, would have to be instead; None if it is within the bounds."""
    bounds, wanted = setting.metadata, None
    if "choices" in bounds:
        wanted = None if value in choices(setting) else " or ".join(choices(setting))
    elif "pattern" in bounds:
        wanted = None if re.fullmatch(bounds["pattern"], value) else bounds["doc"].partition(": ")[2]
    elif isinstance(value, str):
        if not value.strip():
            wanted = "a path"
        elif re.search(r"[\x00-\x1f\x7f-\x9f]", value):
            wanted = r"a path without control characters (in double quotes \ is special in YAML, use single ones)"
    elif "least" in bounds and value < bounds["least"]:
        wanted = f"at least {bounds['least']}"
    elif "above" in bounds and value <= bounds["above"]:
        wanted = f"above {bounds['above']}"
    elif "most" in bounds and value > bounds["most"]:
        wanted = f"at most {bounds['most']}"
    elif isinstance(value, float) and not math.isfinite(value):
        wanted = "a finite number"
    return wanted
