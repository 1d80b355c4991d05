"""What the program needs of the Python that runs it. An older Python can read this file, too."""

import importlib.util
import sys

LEAST_VERSION = (3, 11)
# The packages of requirements.txt, by the names that are imported.
PACKAGES = ("torch", "numpy", "yaml", "matplotlib", "tqdm", "PIL", "filelock", "jinja2")


def require_environment() -> None:
    """End the program with one line and status 2 if this Python is too old, or lacks a package."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    python = sys.executable or "python"
    other = "start it with the Python of your environment, as in `.venv/bin/python main.py`"
    if sys.version_info < LEAST_VERSION:
        found = "{}.{}".format(*sys.version_info)
        wanted = "{}.{}".format(*LEAST_VERSION)
        complaint = f"{python} is Python {found}, and the program needs {wanted} or newer: install that, or {other}"
    elif missing:
        install = f"`{python} -m pip install -r requirements.txt`"
        complaint = f"{python} lacks the packages {', '.join(missing)}: install them with {install}, or {other}"
    else:
        return
    print(f"error: {complaint}", file=sys.stderr)
    sys.exit(2)
