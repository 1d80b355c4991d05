"""Values of settings: they are parsed from YAML as people write it, and checked against their types and bounds."""

import contextlib
import math
import re
import typing
import unicodedata
from collections.abc import Collection
from dataclasses import Field, field
from difflib import get_close_matches
from typing import Any

import yaml

from utils.system.errors import InputError, expanded, reason_of

ESCAPES = r"in double quotes \ is special, use single ones"
TYPES = {int: "integer", float: "number", bool: "boolean", str: "text (in a file, write it in quotes)"}


def setting(default: Any, doc: str, kind: str = "training", **bounds: Any) -> Any:
    """A setting: its default, its documentation, what depends on it (see `Config`), and its bounds.

    Numbers have the bounds `least`, `above` and `most`. A text has `choices`, or a `pattern`, which the documentation
    says in words after a colon; with neither it is a path.
    """
    return field(default=default, metadata={"doc": doc, "kind": kind, **bounds})


def checked(setting: Field[Any], value: Any) -> Any:
    """`value` in the type of `setting`. Raises InputError that says what would be allowed."""
    types, bounds = typing.get_args(setting.type) or (setting.type,), setting.metadata
    # YAML takes 1e-3 and 08 for texts.
    if (isinstance(value, str) and str not in types) or (type(value) is int and types == (float,)):
        with contextlib.suppress(ValueError, OverflowError):
            value = float(value)
    if type(value) is float and value.is_integer() and int in types:
        value = int(value)

    def demand(is_met: object, words: str) -> None:
        if not is_met:
            raise InputError(f"{setting.name} must be {words}, not {as_yaml(value)}")

    demand(type(value) in types, f"of type {'/'.join(TYPES[kind] for kind in types)}")
    if "choices" in bounds:
        demand(value in bounds["choices"], " or ".join(bounds["choices"]))
    elif "pattern" in bounds:
        demand(re.fullmatch(bounds["pattern"], value), bounds["doc"].partition(": ")[2])
    elif isinstance(value, str):
        demand(value.strip(), "a path")
        demand(not re.search(r"[\x00-\x1f\x7f-\x9f]", value), f"a path without control characters ({ESCAPES})")
        value = expanded(value)
    else:
        demand(isinstance(value, int) or math.isfinite(value), "a finite number")
        demand(value >= bounds.get("least", value), f"at least {bounds.get('least')}")
        demand(value > bounds.get("above", -math.inf), f"above {bounds.get('above')}")
        demand(value <= bounds.get("most", value), f"at most {bounds.get('most')}")
    return value


def refuse_unknown(settings: dict[Any, Any], names: Collection[str]) -> None:
    """Raise InputError if a key of `settings` is none of `names`; it says which was meant."""
    for name, value in settings.items():
        if name not in names:
            # As in train.epochs, {train: {epochs: 3}}, and {train: [{epochs: 3}, {seed: 1}]}.
            *prefix, last = re.split(r"[./:]+|__", str(name))
            inner = re.findall(r"[{ ](\w+): ", as_yaml(value)) if isinstance(value, dict | list) else []
            rule = "keys have no headings or prefixes; " if prefix or inner or value is None else ""
            meant = [*names, "--config", "--resume"]
            near = [repr(key) for word in inner or [last] for key in get_close_matches(word, meant, 1)]
            hint = f"did you mean {', '.join(near)}?" if near else "--help lists the keys"
            raise InputError(f"unknown key {name!r}; {rule}{hint}")


def as_yaml(value: Any) -> str:
    """`value` on one line, as a configuration file would have it."""
    return str(yaml.safe_dump(value, default_flow_style=True, width=math.inf)).removesuffix("...\n").strip()


class _Loader(yaml.SafeLoader):
    """YAML 1.1, except that integers are decimal (there, 010 is 8), and that no key may occur twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for i, (key, _) in enumerate(node.value):
            if key.value in [other.value for other, _ in node.value[:i]]:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def parse_yaml(text: str, source: str) -> Any:
    """The value that `text` is in YAML. Raises InputError that names the `source` and the position of a mistake."""
    # What only looks like a mark of YAML's, as the colon of a Chinese keyboard and the spaces of web pages.
    if mark := re.search("^ *\\w*:?([\xa0\u3000\uff1a\uff03])", text, re.MULTILINE):
        line, plain = text.count("\n", 0, mark.start(1)) + 1, unicodedata.normalize("NFKC", mark[1])
        raise InputError(f"{source}, line {line}: {mark[1]!r} is a {unicodedata.name(mark[1])}; write {plain!r}")
    try:
        return yaml.load(text, Loader=_Loader)
    except Exception as error:
        # PyYAML's own errors, and those of Python where a date does not exist or lists lie in lists without end.
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None) or reason_of(error)
        position = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        hint = f"; {ESCAPES}" if "escape" in reason else ""
        raise InputError(f"{source}{position}: not YAML: {reason}{hint}") from None
