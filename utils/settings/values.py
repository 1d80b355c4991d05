"""Values of settings: they are parsed from YAML as people write it, and checked against their types and bounds."""

import contextlib
import math
import re
import typing
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import Field, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from utils.system.errors import InputError, expanded, reason_of

ESCAPES = r"in double quotes \ is special, use single ones"
TYPES = {int: "integer", float: "number", bool: "boolean", str: "text (in a file, write it in quotes)"}


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
    types = typing.get_args(setting.type) or (setting.type,)
    # YAML takes 1e-3 and 08 for texts.
    if (isinstance(value, str) and str not in types) or (type(value) is int and types == (float,)):
        with contextlib.suppress(ValueError, OverflowError):
            value = float(value)
    if type(value) is float and value.is_integer() and int in types:
        value = int(value)
    for is_met, demand in _demands(setting, types, value):
        if not is_met:
            raise InputError(f"{setting.name} must be {demand}, not {as_yaml(value)}")
    return expanded(value) if types == (str,) and not setting.metadata.keys() & {"choices", "pattern"} else value


def _demands(setting: Field[Any], types: tuple[Any, ...], value: Any) -> Iterator[tuple[object, str]]:
    """What `setting` demands of `value`, which should have one of the `types`: whether that is met, and in words."""
    bounds = setting.metadata
    yield type(value) in types, f"of type {'/'.join(TYPES[kind] for kind in types)}"
    if "choices" in bounds:
        yield value in choices(setting), " or ".join(choices(setting))
    elif "pattern" in bounds:
        yield re.fullmatch(bounds["pattern"], value), bounds["doc"].partition(": ")[2]
    elif isinstance(value, str):
        yield value.strip(), "a path"
        yield not re.search(r"[\x00-\x1f\x7f-\x9f]", value), f"a path without control characters ({ESCAPES})"
    else:
        yield isinstance(value, int) or math.isfinite(value), "a finite number"
        yield value >= bounds.get("least", value), f"at least {bounds.get('least')}"
        yield value > bounds.get("above", -math.inf), f"above {bounds.get('above')}"
        yield value <= bounds.get("most", value), f"at most {bounds.get('most')}"


def refuse_unknown(settings: dict[Any, Any], names: Collection[str]) -> None:
    """Raise InputError if a key of `settings` is none of `names`, or holds other keys; it says which was meant."""
    for name, value in settings.items():
        # As in {epochs: 3}, [{epochs: 3}, {seed: 1}] and train.epochs.
        inner = re.findall(r"[{ ](\w+): ", as_yaml(value)) if isinstance(value, dict | list) else []
        inner += re.split(r"[./:]+|__", str(name))[1:]
        if inner:
            words = [name, *inner] if name in names else inner
            meant = [near for word in words for near in get_close_matches(word, names, 1)] or ["--help lists them"]
            raise InputError(f"{name!r}: keys are not nested; write each by itself: {', '.join(meant)}")
        if name not in names:
            near = get_close_matches(str(name), [*names, "--config", "--resume"], 1)
            hint = f"did you mean {near[0]!r}?" if near else "--help lists the keys"
            heading = "; if it is a heading, leave it out" if value is None else ""
            raise InputError(f"unknown key {name!r}{heading}; {hint}")


def as_yaml(value: Any) -> str:
    """`value` on one line, as a configuration file would have it."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=math.inf)
    return text.removesuffix("...\n").strip()


class _Loader(yaml.SafeLoader):
    """YAML 1.1, except that integers are decimal (there, 010 is 8), and that no key may occur twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
            names.add(key.value)
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
        hint = f"; {ESCAPES}" if "escape" in reason else ""
        raise InputError(_foreign_mark(text, source) or f"{source}{position}: not YAML: {reason}{hint}") from None
    # A table whose colons are of another keyboard is one long text.
    if isinstance(value, str) and (mark := _foreign_mark(text, source)):
        raise InputError(mark)
    return value


def _foreign_mark(text: str, source: str) -> str | None:
    """Where `text` has a character that only looks like one of YAML's, as the colon of a Chinese keyboard."""
    if not (mark := re.search("[\xa0\u3000\uff1a\uff03\uff0d]", text)):
        return None
    line, column = text.count("\n", 0, mark.start()) + 1, mark.start() - text.rfind("\n", 0, mark.start())
    name, plain = unicodedata.name(mark[0]), unicodedata.normalize("NFKC", mark[0])
    return f"{source}, line {line}, column {column}: {mark[0]!r} is a {name}; write {plain!r}"
