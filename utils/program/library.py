"""matplotlib, the same for everybody."""

import importlib.util
import os
from pathlib import Path


def import_matplotlib() -> None:
    """Import matplotlib with its own defaults, whatever backend or matplotlibrc the person has chosen for their work.

    A notebook, for instance, chooses a backend that only exists inside it. The person's choices are left as they were.
    """
    specification = importlib.util.find_spec("matplotlib")
    folder = Path(specification.origin).parent if specification and specification.origin else Path()
    ours = {"MATPLOTLIBRC": str(folder / "mpl-data" / "matplotlibrc"), "MPLBACKEND": "agg"}
    theirs = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        import matplotlib  # noqa: F401 - for what it reads from the environment
    finally:
        for name, value in theirs.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
