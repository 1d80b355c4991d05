"""Evidence: figures that say whether generated points come from the distribution of the data, each beside its floor.

Points are integers `(n, 5)`: x, y, r, g, b. A floor is what the same figure comes to for real points in place of the
generated ones. docs/evaluation.md has each figure's definition, its source, and how well it notices what is wrong.

    python -m utils.evaluation --data DIR SAMPLES.npy    judges any such points, wherever they come from
"""

from typing import NamedTuple

import numpy as np
import torch

from data.thinning import thinned
from utils.evaluation.two_sample import (
    ClassifierTest,
    classifier_test,
    energy_test,
    memorising_test,
    nearest,
    off_support_share,
    off_support_test,
    scaled,
    spread,
)

NAMES = ("x", "y", "r", "g", "b")
# Larger sets are thinned out, evenly, to this many points.
MOST_GENERATED, MOST_TRAINING, MOST_FOR_COPIES = 5000, 50_000, 500_000
# Below, no test can tell anything.
LEAST = 20
SIGNIFICANT, MEMORISED = 0.05, 0.01


class Evaluation(NamedTuple):
    """The `figures`, by name, as metrics.json has them, and the classifier's test (None where points are too few)."""

    figures: dict
    classifier: ClassifierTest | None


def evaluate(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Evaluation:
    """All figures of the `generated` points: `value` beside `floor`, and `p` where a test belongs to it."""
    copied, floor = copies(thinned(generated, MOST_FOR_COPIES), train), copies(held_out, train)
    thin, real, fresh = (
        thinned(generated, MOST_GENERATED),
        thinned(train, MOST_TRAINING),
        thinned(held_out, MOST_GENERATED),
    )
    marginals, floors = marginal_distances(thin, fresh), marginal_distances(real, fresh)
    figures = {
        "n_generated": len(generated),
        "n_heldout": len(held_out),
        "ks": {name: {"value": marginals[name], "floor": floors[name]} for name in NAMES},
        "copies": {"value": copied, "floor": floor},
        "p": None,
    }
    if min(map(len, (generated, train, held_out))) < LEAST:
        return Evaluation(figures, None)

    scale = spread(real)
    classifier = classifier_test(thin, fresh, real)
    energy, off_support = energy_test(thin, fresh, scale), off_support_test(thin, fresh, real)
    energy_floor = energy_test(thinned(train, len(fresh)), fresh, scale)
    memorising = memorising_test(thin, fresh, real, scale)
    tests = (classifier.test, energy, off_support)
    figures |= {
        # Three tests are three chances to reject: Bonferroni's correction.
        "p": min(1.0, len(tests) * min(test.p for test in tests)),
        "c2st_auc": {
            "value": classifier.test.value,
            "floor": 0.5,
            "standard_error": classifier.test.null_std,
            "p": classifier.test.p,
        },
        "energy_distance": {"value": energy.value, "floor": energy_floor.value, "p": energy.p},
        "off_support": {"value": off_support_share(thin, fresh, real), "floor": 0.01, "p": off_support.p},
        "closer_to_train": {"value": closer_to_train(thin, real, fresh, scale), "floor": 0.5, "p": memorising.p},
    }
    return Evaluation(figures, classifier)


def marginal_distances(points: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Kolmogorov-Smirnov distance of each coordinate: the largest gap between the cumulative shares, in [0, 1]."""
    distances = {}
    for name, ours, theirs in zip(NAMES, points.T, reference.T, strict=True):
        values = np.union1d(ours, theirs)
        shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (ours, theirs)]
        distances[name] = float(np.abs(shares[0] - shares[1]).max())
    return distances


def closer_to_train(points: np.ndarray, train: np.ndarray, held_out: np.ndarray, scale: np.ndarray) -> float:
    """Share of `points` that lie closer to training points than to as many held-out points: 0.5 is honest, 1 a copy.

    The mean over all disjoint parts of the training set that are as large as the held-out set; a tie counts half. The
    distance to the closest record (DCR): Platzer & Reutterer 2021 (arXiv 2104.00635).
    """
    size = min(len(train), len(held_out))
    ours, reference = scaled(points, scale), scaled(held_out[:size], scale)
    to_held_out = nearest(ours, reference, 1)[0]
    shares = []
    for start in range(0, len(train) - size + 1, size):
        to_train = nearest(ours, scaled(train[start : start + size], scale), 1)[0]
        shares.append((to_train < to_held_out).double().mean() + 0.5 * (to_train == to_held_out).double().mean())
    return torch.stack(shares).mean().item()


def copies(points: np.ndarray, train: np.ndarray) -> float:
    """Share of `points` that equal a training point in all five coordinates."""
    # A point by one number: a random linear map modulo 2^64, under which two points meet by chance once in 2^64.
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, 5) | 1
    ours, known = (sample.astype(np.int64) @ weights for sample in (points, train))
    return float(np.isin(ours, known).mean())
