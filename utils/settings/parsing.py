"""YAML as people write it, with one-line errors that say where."""

import codecs
import unicodedata
from pathlib import Path
from typing import Any

import yaml

from utils.program.errors import InputError, reason_of


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
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


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
