"""Values of settings: they are parsed from YAML as people write it, and checked against their types and bounds."""

import contextlib
import math
import re
import typing
import unicodedata
from dataclasses import Field, field
from pathlib import Path
from typing import Any

import yaml

from utils.system.errors import InputError, reason_of
from utils.system.reading import expanded


def setting(default: Any, doc: str, kind: str = "training", **bounds: Any) -> Any:
    """A setting: its default, its documentation, what depends on it (see `Config`), and its bounds.

    Numbers have the bounds `least`, `above` and `most`. A text has `choices`, or a function that gives them, or a
    `pattern`, which the documentation says in words after a colon; with neither it is a path. Where a setting has an
    effect with one value of another only, `only` names it, as in "prior=mixture".
    """
    return field(default=default, metadata={"doc": doc, "kind": kind, **bounds})


def choices(setting: Field[Any]) -> tuple[str, ...]:
    """The texts that `setting` may be, as of now; none if it is not a choice."""
    allowed = setting.metadata.get("choices", ())
    return tuple(allowed() if callable(allowed) else allowed)


def checked(setting: Field[Any], value: Any) -> Any:
    """`value` in the type of `setting`. Raises InputError that says what would be allowed."""
    kind, bounds = setting.type, setting.metadata
    allowed = typing.get_args(kind) or (kind,)
    # YAML takes 1e-3 and 08 for texts.
    if (isinstance(value, str) and kind is not str) or (type(value) is int and kind is float):
        with contextlib.suppress(ValueError, OverflowError):
            value = float(value)
    if type(value) is float and value.is_integer() and int in allowed:
        value = int(value)
    if type(value) in allowed:
        wanted = _wanted(setting, value)
    elif kind is str:
        wanted = f"text; in a file, write it in quotes: {setting.name}: '...'"
    else:
        names = {int: "integer", float: "number", bool: "boolean"}
        wanted = f"of type {'/'.join(names[kind] for kind in allowed)}"
    if wanted:
        raise InputError(f"{setting.name} must be {wanted}, not {as_yaml(value)}")
    return expanded(value) if kind is str and not bounds.keys() & {"choices", "pattern"} else value


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


class _Loader(yaml.SafeLoader):
    """YAML 1.1, except that integers are decimal (there, 010 is 8), and that no key may occur twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def read_text(path: Path) -> str:
    """The text in `path`, in UTF-8 or, as PowerShell's `>` writes it, in UTF-16. Raises OSError, UnicodeDecodeError."""
    content = path.read_bytes()
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def parse_yaml(text: str, source: str) -> Any:
    """The value that `text` is in YAML. Raises InputError that names the `source` and the position of a mistake."""
    try:
        value = yaml.load(text, Loader=_Loader)
    except Exception as error:
        # PyYAML's own errors, and those of Python where a date does not exist or lists lie in lists without end.
        mark = getattr(error, "problem_mark", None)
        position = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or reason_of(error)
        if "escape" in reason:
            reason += "; in double quotes \\ is special, use single ones"
        raise InputError(_foreign_mark(text, source) or f"{source}{position}: not YAML: {reason}") from None
    # A table whose colons are of another keyboard is one long text.
    if isinstance(value, str) and (mark := _foreign_mark(text, source)):
        raise InputError(mark)
    return value


def _foreign_mark(text: str, source: str) -> str | None:
    """Where `text` has a character that only looks like one of YAML's, as the colon of a Chinese keyboard."""
    for number, line in enumerate(text.splitlines(), 1):
        for column, character in enumerate(line, 1):
            ascii = unicodedata.normalize("NFKC", character)
            if character != ascii and ascii in tuple(":-#'\"[]{},= "):
                name = unicodedata.name(character, "unknown")
                return f"{source}, line {number}, column {column}: {character!r} is a {name}; write {ascii!r}"
    return None
