"""Every picture and plot."""

from utils.system.environment import import_matplotlib

import_matplotlib()
