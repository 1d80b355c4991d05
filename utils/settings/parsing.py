"""YAML as people write it, in the encodings that their editors write, with one-line errors that say where."""

import codecs
import re
import unicodedata
from pathlib import Path
from typing import Any

import yaml

from utils.program.errors import InputError, reason_of
from utils.program.reading import others, reading


class _Loader(yaml.SafeLoader):
    """YAML 1.1, except that numbers are decimal, and that no key may occur twice.

    In YAML 1.1, 010 is 8, 1:30 is 90, and 1e-3 is a text.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# PyYAML keeps its rules by the first character of a value; those for numbers are replaced.
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag not in _NUMBERS]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_NUMBERS[0], re.compile(r"^[-+]?\d+(_\d+)*$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    _NUMBERS[1],
    re.compile(r"^[-+]?((\d+\.\d*|\.\d+)([eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.(inf|Inf|INF))$|^\.(nan|NaN|NAN)$"),
    list("-+.0123456789"),
)
_Loader.add_constructor(_NUMBERS[0], lambda loader, node: int(node.value))


def read_yaml(path: Path) -> Any:
    """The value in the file `path`. Raises InputError that says where it cannot be read."""
    with reading(path, "settings", "save it as text in UTF-8", missing=_another_file):
        text = read_text(path)
    value = parse_yaml(text, str(path))
    # Without its colons, a table is one long text.
    if isinstance(value, str) and (mark := _foreign_mark(text, str(path))):
        raise InputError(mark)
    return value


def read_text(path: Path) -> str:
    """The text in `path`, in UTF-8 or, as PowerShell's `>` writes it, in UTF-16. Raises OSError, UnicodeDecodeError."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    if b"\0" in content[:2]:
        # UTF-16 without its mark: the first character is ASCII.
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le")
    return content.decode("utf-8-sig")


def parse_yaml(text: str, source: str) -> Any:
    """The value that `text` is in YAML. Raises InputError that names the `source` and the position of a mistake."""
    try:
        return yaml.load(text, Loader=_Loader)
    except Exception as error:
        # PyYAML's own errors, and those of Python where a date does not exist or lists lie in lists without end.
        mark = getattr(error, "problem_mark", None)
        position = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or reason_of(error)
        if "escape" in reason:
            reason += "; in double quotes \\ is special, use single ones"
        raise InputError(_foreign_mark(text, source) or f"{source}{position}: not YAML: {reason}") from None


def _foreign_mark(text: str, source: str) -> str | None:
    """Where `text` has a character that only looks like one of YAML's, as the colon of a Chinese keyboard."""
    for number, line in enumerate(text.splitlines(), 1):
        for column, character in enumerate(line, 1):
            ascii = unicodedata.normalize("NFKC", character)
            if character != ascii and ascii in tuple(":-#'\"[]{},= "):
                name = unicodedata.name(character, "unknown")
                return f"{source}, line {number}, column {column}: {character!r} is a {name}; write {ascii!r}"
    return None


def _another_file(path: Path) -> str:
    return f"{others(path)}; --config names the file of the settings"
