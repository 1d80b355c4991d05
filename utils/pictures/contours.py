"""The prior's contours on the map of the latent space, as paths that a page draws."""

import numpy as np
from matplotlib.figure import Figure

from utils.evaluation.explorer import Explorer


def contours(explorer: Explorer, width: float, height: float) -> list[str]:
    """For each level of the prior's density, the commands of a path in SVG on a map of `width` x `height`.

    With one latent, each is a bar along the stretches where the density is higher.
    """
    if explorer.density.ndim == 1:
        return [_bar(explorer.density > level, width, height) for level in explorer.levels]
    n = len(explorer.density)
    across, up = np.linspace(0, width, n), np.linspace(height, 0, n)
    axes = Figure().subplots()
    paths = []
    for level in explorer.levels:
        (lines,) = axes.contour(across, up, explorer.density, [level]).get_paths()
        polygons = [np.asarray(polygon) for polygon in lines.to_polygons(closed_only=False)]
        paths.append("".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in polygon) for polygon in polygons))
    return paths


def _bar(inside: np.ndarray, width: float, height: float) -> str:
    """Rectangles over the stretches of a line that are `inside (n,)`."""
    edges = np.flatnonzero(np.diff(np.r_[0, inside.astype(int), 0])) * width / len(inside)
    return "".join(f"M{left:.1f} 0H{right:.1f}V{height}H{left:.1f}Z" for left, right in edges.reshape(-1, 2))
