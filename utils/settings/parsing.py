"""YAML as people write it, with one-line errors that say where."""

import re
from typing import Any

import yaml

from utils.program.errors import InputError


class _Loader(yaml.SafeLoader):
    """YAML 1.1, except that 1e-3 is a number (YAML 1.1 wants 1.0e-3), and that no key may occur twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def parse_yaml(text: str, source: str) -> Any:
    """The value that `text` is in YAML. Raises InputError that names the `source` and the position of a mistake."""
    try:
        return yaml.load(text, Loader=_Loader)
    except (ValueError, RecursionError, OverflowError) as error:
        # For instance a date that does not exist.
        raise InputError(f"{source}: not YAML: {str(error).partition(chr(10))[0]}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{source}{position}: not YAML: {reason}") from None
