"""What the program needs of the Python that runs it. An older Python can read this file, too."""

import importlib.util
import sys

# The packages of requirements.txt, by the names that are imported.
PACKAGES = ("torch", "numpy", "yaml", "matplotlib", "tqdm", "PIL", "filelock", "jinja2")


def require_environment() -> None:
    """End the program with one line and status 2 if this Python is too old, or lacks a package."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    python = sys.executable or "python"
    remedy = "start it with the Python of your environment, as in `.venv/bin/python main.py`"
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this, too
        found = "{}.{}".format(*sys.version_info)
        complaint = f"{python} is Python {found}, and the program needs 3.11 or newer: install that"
    elif missing:
        install = f"`{python} -m pip install -r requirements.txt`"
        complaint = f"{python} lacks the packages {', '.join(missing)}: install them with {install}"
    else:
        return
    print(f"error: {complaint}, or {remedy}", file=sys.stderr)
    sys.exit(2)
