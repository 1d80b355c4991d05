"""Imports run one way: a folder imports from those below it, never from one above."""

import ast
from importlib.util import resolve_name

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


def upward_imports(module: str, source: str) -> set[str]:
    """What `module` imports from floors above its own, wherever in its `source`."""
    here, names = floor(module), set()
    assert here is not None, f"{module} has no floor: add its folder to FLOORS"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), module.rpartition(".")[0])
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return {name for name in names if (there := floor(name)) is not None and there > here}


def test_no_module_imports_from_a_folder_above_its_own():
    tops = ("data", "models", "utils", "benchmarks")
    files = [REPOSITORY / "main.py", *(file for top in tops for file in (REPOSITORY / top).rglob("*.py"))]
    sources = {
        ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): file.read_text("utf-8")
        for file in files
        if file != REPOSITORY / "utils" / "__init__.py"
    }

    found = {module: above for module, source in sources.items() if (above := upward_imports(module, source))}
    assert found == {}
    assert {floor(module) for module in sources} == set(range(len(FLOORS)))
