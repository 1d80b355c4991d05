"""Every picture and plot."""

from utils.program.environment import import_matplotlib

import_matplotlib()
