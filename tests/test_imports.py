"""Imports run one way: a folder imports from those below it, never from one above."""

import ast
from importlib.util import resolve_name
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
# From the ground up.
FLOORS = (
    "utils.program",
    "data",
    "models",
    "utils.settings",
    "utils.evaluation",
    "utils.training",
    "utils.run",
    "utils.pictures",
    "utils.runs",
    "utils.report",
    "utils.session",
    "main",
    "benchmarks",
)


def floor(module: str) -> int | None:
    """The floor that `module` is on; None if it is not of this project."""
    for number, name in enumerate(FLOORS):
        if module == name or module.startswith(f"{name}."):
            return number
    return None


def imported(source: str, package: str) -> set[str]:
    """The names of all modules that `source` imports, wherever in it, relative ones resolved from `package`."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def upward_imports(module: str, source: str) -> set[str]:
    """What `module` imports from floors above its own."""
    here = floor(module)
    assert here is not None, f"{module} has no floor: add its folder to FLOORS"
    names = imported(source, module.rpartition(".")[0])
    return {name for name in names if (there := floor(name)) is not None and there > here}


def modules() -> dict[str, Path]:
    """All modules of the program, by name."""
    files = [
        REPOSITORY / "main.py",
        *(f for top in ("data", "models", "utils", "benchmarks") for f in REPOSITORY.glob(f"{top}/**/*.py")),
    ]
    names = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path for path in files
    }
    return {name: path for name, path in names.items() if name != "utils"}


def test_no_module_imports_from_a_folder_above_its_own():
    found = {name: upward_imports(name, path.read_text(encoding="utf-8")) for name, path in modules().items()}

    assert {name: above for name, above in found.items() if above} == {}
    assert set(range(len(FLOORS))) == {floor(name) for name in found}


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("data.points", "from utils.runs.record import Record", {"utils.runs.record.Record"}),
        ("models.vae", "import utils.training.loop", {"utils.training.loop"}),
        ("utils.program.files", "def late():\n    from main import main", {"main.main"}),
        ("utils.evaluation.figures", "from utils import pictures, program", {"utils.pictures"}),
        ("utils.evaluation.figures", "from ..runs import folders", {"utils.runs.folders"}),
        ("utils.runs.record", "import numpy\nfrom data.points import XS\nfrom utils.runs import folders", set()),
    ],
)
def test_an_import_from_above_is_found_wherever_it_is(module: str, source: str, found: set[str]):
    assert upward_imports(module, source) == found
