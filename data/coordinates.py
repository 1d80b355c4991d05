"""The coordinates of a point, by name and position: the one place that knows there are five.

x is the row and y the column of a pixel; r, g, b are its color, 0 to 255.
"""

NAMES = ("x", "y", "r", "g", "b")
N_COORDINATES = len(NAMES)
PLACES, COLORS = slice(0, 2), slice(2, 5)
# Values of a color channel.
N_LEVELS = 256
