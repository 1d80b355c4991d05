"""matplotlib, the same for everybody."""

import logging
import os
import sys


def import_matplotlib() -> None:
    """Import matplotlib with its own defaults, whatever backend or matplotlibrc the person has chosen for their work.

    A notebook, for instance, chooses a backend that only exists inside it. The person's choices are left as they were.
    """
    if "matplotlib" in sys.modules:
        return
    backend = os.environ.pop("MPLBACKEND", None)
    # Where it cannot keep a cache it says so, at length, and works.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib

    matplotlib.rcdefaults()
    if backend is not None:
        os.environ["MPLBACKEND"] = backend
