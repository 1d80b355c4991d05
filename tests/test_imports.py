"""Imports run one way: a folder imports from those below it, never from one above."""

import ast

from quick import REPOSITORY

# From the ground up.
FLOORS = ["utils.system", "data", "models", "utils.settings", "utils.evaluation", "utils.training", "utils.runs"]
FLOORS += ["main", "benchmarks"]


def floor(module: str) -> int | None:
    """The floor that `module` is on; None if it is not of this project."""
    return next((number for number, name in enumerate(FLOORS) if f"{module}.".startswith(f"{name}.")), None)


def imports(source: str) -> set[str]:
    """The modules that are imported wherever in `source`."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_no_module_imports_from_a_folder_above_its_own():
    files = [REPOSITORY / "main.py"]
    for folder in ("data", "models", "utils", "benchmarks"):
        files += (REPOSITORY / folder).rglob("*.py")
    sources = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path.read_text("utf-8") for path in files}
    del sources["utils.__init__"]

    above = {
        module: names
        for module, source in sources.items()
        if (names := {name for name in imports(source) if (floor(name) or 0) > floor(module)})
    }
    assert above == {}
    assert {floor(module) for module in sources} == set(range(len(FLOORS)))
