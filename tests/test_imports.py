"""Imports run one way: a folder imports from those below it, never from one above."""

import re

from quick import REPOSITORY

# From the ground up.
FLOORS = ["utils.system", "data", "models", "utils.settings", "utils.evaluation", "utils.training", "utils.runs"]
FLOORS += ["main", "benchmarks"]


def floor(module: str) -> int | None:
    """The floor that `module` is on; None if it is not of this project."""
    return next((number for number, name in enumerate(FLOORS) if f"{module}.".startswith(f"{name}.")), None)


def test_no_module_imports_from_a_folder_above_its_own():
    files = [REPOSITORY / "main.py"]
    for folder in ("data", "models", "utils", "benchmarks"):
        files += (REPOSITORY / folder).rglob("*.py")
    modules = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path.read_text("utf-8") for path in files}
    del modules["utils.__init__"]

    above = []
    for module, text in modules.items():
        imported = re.findall(r"^ *(?:from|import) (\S+)", text, re.MULTILINE)
        above += [(module, name) for name in imported if (floor(name) or 0) > floor(module)]
    assert above == []
    assert {floor(module) for module in modules} == set(range(len(FLOORS)))
