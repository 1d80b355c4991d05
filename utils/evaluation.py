"""Evidence: figures that say whether generated points come from the distribution of the data, each beside its floor.

Every function takes integer points `(n, 5)`. A floor is what the same figure comes to for real points.
"""

import numpy as np
import torch
from torch import Tensor

NAMES = ("x", "y", "r", "g", "b")
# Distances between all pairs grow with the square: at most this many points of a set enter them.
MOST_POINTS = 5000


def marginal_distances(points: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Kolmogorov-Smirnov distance of each coordinate: the largest gap between the cumulative shares, in [0, 1]."""
    distances = {}
    for name, ours, theirs in zip(NAMES, points.T, reference.T, strict=True):
        values = np.union1d(ours, theirs)
        shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (ours, theirs)]
        distances[name] = float(np.abs(shares[0] - shares[1]).max())
    return distances


def energy_distance(points: np.ndarray, reference: np.ndarray, scale: np.ndarray) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'| over coordinates divided by `scale (5,)`: 0 only for equal distributions.

    Szekely & Rizzo 2013, "Energy statistics", equation 5; the unbiased estimate, which may fall below 0.
    """
    x, y = _scaled(points, scale), _scaled(reference, scale)
    within = sum(torch.cdist(z, z).sum().item() / (len(z) * (len(z) - 1)) for z in (x, y))
    return 2 * torch.cdist(x, y).mean().item() - within


def closer_to_train(points: np.ndarray, train: np.ndarray, held_out: np.ndarray, scale: np.ndarray) -> float:
    """Share of `points` that lie closer to the training set than to a held-out set of the same size.

    A tie counts half. 0.5 is honest, 1 is a copy: the distance to the closest record (DCR), Platzer & Reutterer 2021
    (arXiv 2104.00635).
    """
    n = min(len(train), len(held_out))
    to_train, to_held_out = (
        torch.cdist(_scaled(points, scale), _scaled(real[:n], scale)).amin(1) for real in (train, held_out)
    )
    return ((to_train < to_held_out).double().mean() + 0.5 * (to_train == to_held_out).double().mean()).item()


def copies(points: np.ndarray, train: np.ndarray) -> float:
    """Share of `points` that equal a training point in all five coordinates."""
    known = set(map(tuple, train.tolist()))
    return float(np.mean([tuple(point) in known for point in points.tolist()]))


def active_units(means: np.ndarray, threshold: float = 0.01) -> int:
    """How many latents carry something: their posterior means `(n, latent_dim)` vary by more than `threshold`.

    Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), section 5.2.
    """
    return int((means.var(0) > threshold).sum())


def compare(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict:
    """All figures of `generated` points: `value` beside `floor`, which is what training points get in their place."""
    scale = train.std(0) + 1e-9
    marginals, floors = marginal_distances(generated, held_out), marginal_distances(train, held_out)
    return {
        "ks": {name: {"value": marginals[name], "floor": floors[name]} for name in NAMES},
        "energy_distance": {
            "value": energy_distance(generated, held_out, scale),
            "floor": energy_distance(train, held_out, scale),
        },
        "closer_to_train": {"value": closer_to_train(generated, train, held_out, scale), "floor": 0.5},
        "copies": {"value": copies(generated, train), "floor": copies(held_out, train)},
    }


def _scaled(points: np.ndarray, scale: np.ndarray) -> Tensor:
    return torch.from_numpy(points[:MOST_POINTS] / scale)
