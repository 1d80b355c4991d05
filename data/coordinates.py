"""The coordinates of a point, by name and position: the one place that knows there are five.

x is the row and y the column of a pixel; r, g, b are its color, 0 to 255.
"""

NAMES = ("x", "y", "r", "g", "b")
AXIS_LABELS = ("row (pixels)", "column (pixels)", "red (0 to 255)", "green (0 to 255)", "blue (0 to 255)")
N_COORDINATES = len(NAMES)
PLACES = slice(0, 2)
COLORS = slice(2, N_COORDINATES)
N_PLACES, N_COLORS = 2, N_COORDINATES - 2
# Values of a color channel.
N_LEVELS = 256
