"""Figures that say whether generated points come from the distribution of the data.

Points are integers `(n, 5)`: x, y, r, g, b. docs/evaluation.md has the definition and the source of each figure, why
its p-value is exact, and how well it notices what is wrong.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.coordinates import COLORS, NAMES, PLACES
from utils.evaluation.features import Description, Map
from utils.evaluation.memorization import memorization
from utils.evaluation.pixels import ENOUGH, codes, exchangeable
from utils.evaluation.two_sample import (
    POWER_QUANTILE,
    PermutationTest,
    classifier_auc,
    discriminant,
    energy_distance,
    family,
    folds,
    mean_excess,
    permuted_labels,
    random_features,
)

# Larger sets are thinned at random. Distances between all pairs grow with the square of the number.
MOST_POINTS, MOST_RECORDS, MOST_FOR_PAIRS = 500_000, 50_000, 1500
# Below, no test can tell anything.
LEAST = 20
# Draw at most so many times the generated points where few of them may be compared.
MOST_DRAWN = 16
SIGNIFICANT = 0.05
# Families of tests: against held-out points, of the density against all data, and of outliers.
N_FAMILIES = 3
# Share of the training points that others are measured against in the tests of outliers.
MAPPED = 1 / 3


class ClassifierTest(NamedTuple):
    """The test, and how much each of `points (n, 5)`, of both sets, looks generated to it: `scores (n,)`."""

    test: PermutationTest
    points: np.ndarray
    scores: np.ndarray


class Evaluation(NamedTuple):
    """The `figures` by name, as metrics.json has them, and the classifier's test (None where points are too few)."""

    figures: dict
    classifier: ClassifierTest | None


def evaluate(
    generated: np.ndarray,
    train: np.ndarray,
    held_out: np.ndarray,
    seed: int = 0,
    draw_more: Callable[[int], np.ndarray] | None = None,
) -> Evaluation:
    """All figures of the `generated (n, 5)` points: `value`, `floor` (what true points get), and `p` of a test.

    `train (m, 5)` and `held_out (k, 5)` are a random split of the data. `draw_more(n)` draws n further generated
    points; it is called where too few of the `generated` ones may be compared with data. `seed` fixes the permutations.
    """
    rng, torch_rng = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    generated, train, held_out = (_thinned(np.asarray(p), MOST_POINTS, rng) for p in (generated, train, held_out))
    ks, ks_floor = ks_distances(generated, held_out), ks_distances(train, held_out)
    by_chance = share_of_copies(generated, held_out) * len(train) / max(1, len(held_out))
    figures: dict[str, Any] = {
        "n_generated": len(generated),
        "n_heldout": len(held_out),
        "ks": {name: {"value": ks[name], "floor": ks_floor[name]} for name in NAMES},
        "copies": {"value": share_of_copies(generated, train), "floor": min(1.0, by_chance)},
        "p": None,
    }
    if min(map(len, (generated, train, held_out))) < LEAST:
        return Evaluation(figures, None)

    known_train, known_held_out = _thinned(train, MOST_RECORDS, rng), _thinned(held_out, MOST_RECORDS // 10, rng)
    memorized = memorization(_thinned(generated, ENOUGH, rng), known_train, known_held_out, torch_rng)
    by_exchange = len(known_train) / (len(known_train) + len(known_held_out))
    figures["closest_is_training"] = _figure(memorized.closest, floor=by_exchange)
    figures["copies"]["p"] = memorized.copies.p

    compared, train_kept, held_out_kept = _comparable(generated, train, held_out, rng, draw_more)
    figures["n_compared"] = min(len(compared), ENOUGH)
    if min(len(compared), len(held_out_kept), len(train_kept)) < LEAST:
        return Evaluation(figures, None)
    compared, some_held_out = compared[:ENOUGH], _thinned(held_out_kept, ENOUGH, rng)
    against_held_out, classifier = _against_held_out(compared, train, some_held_out, rng, torch_rng)
    tested = (
        against_held_out
        | _against_all(compared, train_kept, held_out_kept, rng, torch_rng)
        | _outliers(generated, train, held_out, rng, torch_rng)
    )
    figures |= tested | {"p": min(figure["p"] for figure in tested.values())}
    return Evaluation(figures, classifier)


def _comparable(
    generated: np.ndarray,
    train: np.ndarray,
    held_out: np.ndarray,
    rng: np.random.Generator,
    draw_more: Callable[[int], np.ndarray] | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those generated, training and held-out points whose labels may be exchanged."""
    data = np.vstack([train, held_out])
    wanted, most = min(len(generated), 2 * len(held_out)), min(MOST_DRAWN * len(generated), MOST_POINTS)
    while True:
        points, kept = exchangeable(generated, data, len(held_out), rng)
        enough = len(points) >= wanted and kept.mean() > 0.9
        if enough or draw_more is None or len(generated) >= most:
            return points, train[kept[: len(train)]], held_out[kept[len(train) :]]
        generated = np.vstack([generated, draw_more(3 * len(generated))])


def _against_held_out(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: np.random.Generator, torch_rng: torch.Generator
) -> tuple[dict[str, dict], ClassifierTest]:
    """Figures of the classifier and of the energy distance."""
    # More than this makes the classifier slower, and hardly better.
    generated = generated[: 4 * len(held_out)]
    points = np.vstack([generated, held_out])
    fold = folds(torch.from_numpy(points[:, PLACES]), torch_rng)
    labels = permuted_labels(len(generated), len(held_out), fold, torch_rng)
    features = _kernel_features(Map(train, rng).describe(points), torch_rng)
    aucs, scores = classifier_auc(features, labels, fold, torch_rng)
    n, m = (min(len(part), MOST_FOR_PAIRS) for part in (generated, held_out))
    some = np.r_[:n, len(generated) : len(generated) + m]
    energies = energy_distance(_standardized(torch.from_numpy(points[some]).float()), labels[some])
    tests = family({"c2st_auc": aucs, "energy_distance": energies}, SIGNIFICANT / N_FAMILIES)
    auc, energy = PermutationTest.of(aucs), PermutationTest.of(energies)
    figures = {
        "c2st_auc": _figure(auc, 0.5, _corrected(tests.adjusted["c2st_auc"]))
        | {
            "standard_error": auc.null_std,
            "detectable": 0.5 + (tests.threshold + POWER_QUANTILE) * auc.null_std,
        },
        "energy_distance": _figure(energy, energy.null_mean, _corrected(tests.adjusted["energy_distance"])),
    }
    return figures, ClassifierTest(auc, points, scores.numpy())


def _against_all(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: np.random.Generator, torch_rng: torch.Generator
) -> dict[str, dict]:
    """Figures of the density of places, against all data."""
    reference = _thinned(np.vstack([train, held_out]), ENOUGH, rng)
    labels = _free_labels(generated, reference, torch_rng)
    places = _standardized(torch.from_numpy(np.vstack([generated, reference])[:, PLACES]).float())
    x, y = places.unbind(1)
    statistics = {
        # Large, so that the ridge does nothing.
        "density_trends": discriminant(100 * torch.column_stack([x, y, x * y, x * x, y * y]), labels),
        "density_regions": discriminant(10 * random_features(places, (0.5, 0.25), 100, torch_rng), labels),
        "density_details": discriminant(10 * random_features(places, (0.12, 0.06), 150, torch_rng), labels),
    }
    adjusted = family(statistics, SIGNIFICANT / N_FAMILIES).adjusted
    figures = {}
    for name, statistic in statistics.items():
        test = PermutationTest.of(statistic)
        figures[name] = {
            "value": test.value / max(test.null_mean, 1e-12),
            "floor": 1.0,
            "p": _corrected(adjusted[name]),
        }
    return figures


def _outliers(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: np.random.Generator, torch_rng: torch.Generator
) -> dict[str, dict]:
    """Figures of places and colors far from those of a part of `train`, the map; against all other data.

    All generated points are in them. Those on pixels of the data, which other data may never share, are no outliers,
    and data without repeated pixels have a larger share of their points where the density is low. So the tests are
    exact where pixels repeat, and conservative where they do not.
    """
    train = rng.permutation(train)
    n_mapped = math.ceil(MAPPED * len(train))
    generated = _thinned(generated, ENOUGH, rng)
    reference = _thinned(np.vstack([train[n_mapped:], held_out]), ENOUGH, rng)
    seen = Map(train[:n_mapped], rng).describe(np.vstack([generated, reference]))
    labels = _free_labels(generated, reference, torch_rng)
    excess = {"off_support": seen.place_excess, "off_colors": seen.color_excess}
    statistics = {name: mean_excess(values, labels) for name, values in excess.items()}
    adjusted = family(statistics, SIGNIFICANT / N_FAMILIES).adjusted
    figures, n = {}, len(generated)
    for name, distance in (("off_support", seen.distance), ("off_colors", seen.color_excess)):
        limit = distance[n:].quantile(0.99)
        ours, theirs = ((part > limit).double().mean().item() for part in (distance[:n], distance[n:]))
        figures[name] = {"value": ours, "floor": theirs, "p": _corrected(adjusted[name])}
    return figures


def ks_distances(points: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Kolmogorov-Smirnov distance of each coordinate: the largest gap between the cumulative shares, in [0, 1]."""
    distances = {}
    for name, ours, theirs in zip(NAMES, points.T, reference.T, strict=True):
        values = np.union1d(ours, theirs)
        shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (ours, theirs)]
        distances[name] = float(np.abs(shares[0] - shares[1]).max())
    return distances


def share_of_copies(points: np.ndarray, records: np.ndarray) -> float:
    """Share of `points (n, 5)` that equal one of the `records (m, 5)` in all coordinates."""
    return float(np.isin(codes(points), codes(records)).mean())


def _kernel_features(seen: Description, rng: torch.Generator) -> Tensor:
    """What the classifier sees: features of Gaussian kernels on places, on colors and on both, and on no kernel.

    No kernel has both surroundings and colors. In a JPEG, colors depend on the density of the points around, and
    those of held-out points on that of the training points; those of other points of the same distribution do not.
    """
    places = _standardized(torch.column_stack([seen.points[:, PLACES], seen.surroundings, seen.place_excess.log1p()]))
    colors = _standardized(torch.column_stack([seen.points[:, COLORS], seen.whitened]))
    both = torch.column_stack([places[:, PLACES], colors])
    return torch.column_stack(
        [
            places / 10,
            colors / 10,
            random_features(both, (2, 4), 150, rng),
            random_features(places, (0.8, 2), 100, rng),
            random_features(colors, (0.8, 2), 100, rng),
        ]
    )


def _free_labels(generated: np.ndarray, reference: np.ndarray, rng: torch.Generator) -> Tensor:
    """Labels permuted without folds."""
    n, m = len(generated), len(reference)
    return permuted_labels(n, m, torch.zeros(n + m), rng)


def _standardized(x: Tensor) -> Tensor:
    """The columns of `x (n, k)` with mean 0 and standard deviation 1, or 0 where a column is constant."""
    deviation = x.std(0)
    return (x - x.mean(0)) / torch.where(deviation > 0, deviation, 1.0)


def _figure(test: PermutationTest, floor: float, p: float | None = None) -> dict[str, float]:
    return {"value": test.value, "floor": floor, "p": test.p if p is None else p}


def _corrected(p: float) -> float:
    """Bonferroni's correction for the families."""
    return min(1.0, N_FAMILIES * p)


def _thinned(points: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """`points`, or `most` of them at random."""
    return points if len(points) <= most else points[rng.choice(len(points), most, replace=False)]
