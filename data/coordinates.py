"""The coordinates of a point: its place, x (row) and y (column), and its color, r, g, b."""

NAMES = ("x", "y", "r", "g", "b")
PLACES = slice(0, 2)
COLORS = slice(2, 5)
