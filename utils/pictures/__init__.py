"""Every picture and plot."""

import matplotlib

matplotlib.rcdefaults()
