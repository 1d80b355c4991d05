"""Every picture and plot."""

from utils.program.library import import_matplotlib

import_matplotlib()
