"""Every picture, drawn from arrays."""

from utils.program.library import import_matplotlib

import_matplotlib()
