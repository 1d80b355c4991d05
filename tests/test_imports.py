"""Imports run one way: a folder imports from those below it, never from one above."""

import ast

from quick import REPOSITORY

# From the ground up.
FLOORS = (
    "utils.system",
    "data",
    "models",
    "utils.settings",
    "utils.evaluation",
    "utils.training",
    "utils.runs",
    "main",
    "benchmarks",
)


def floor(module: str) -> int | None:
    """The floor that `module` is on; None if it is not of this project."""
    return next((number for number, name in enumerate(FLOORS) if f"{module}.".startswith(f"{name}.")), None)


def imports(source: str) -> set[str]:
    """The modules that are imported wherever in `source`."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert not any(node.level for node in froms), "imports are absolute"
    return plain | {f"{node.module}.{alias.name}" for node in froms for alias in node.names}


def test_no_module_imports_from_a_folder_above_its_own():
    files = [
        path for top in ("main.py", "data", "models", "utils", "benchmarks") for path in REPOSITORY.glob(f"{top}*")
    ]
    files = [path for file in files for path in ([file] if file.is_file() else file.rglob("*.py"))]
    sources = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path.read_text("utf-8") for path in files}
    del sources["utils.__init__"]

    above = {
        module: names
        for module, source in sources.items()
        if (names := {name for name in imports(source) if (floor(name) or 0) > floor(module)})
    }
    assert above == {}
    assert {floor(module) for module in sources} == set(range(len(FLOORS)))
