"""Do generated points come from the distribution of the data?

Points are integers `(n, 5)`: x, y, r, g, b. docs/evaluation.md has the definition and the source of each figure, why
its p-value is exact, and how well it finds faults.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from data.coordinates import PLACES
from utils.evaluation.features import compare, random_features, standardized
from utils.evaluation.figures import FIGURES, Figure, n_families
from utils.evaluation.memorization import memorization
from utils.evaluation.pixels import MOST_COMPARED, exchangeable
from utils.evaluation.result import ClassifierScores, Evaluation
from utils.evaluation.two_sample import (
    classifier_auc,
    discriminant,
    energy_distance,
    family,
    folds,
    mean_excess,
    permuted_labels,
)

# Larger sets are replaced by random subsets. Distances between all pairs grow with the square of the number.
MOST_POINTS, MOST_RECORDS, MOST_FOR_PAIRS = 500_000, 50_000, 1500
# No test can find anything in fewer points.
LEAST = 20
# Where few of the generated points may be compared, more are drawn: up to this many times as many.
MOST_DRAWN = 16
# The tests of outliers measure others against this share of the training points.
REFERENCE_SHARE = 1 / 3
DrawMore = Callable[[int], np.ndarray]


class Chance(NamedTuple):
    """The random numbers of an evaluation."""

    numpy: np.random.Generator
    torch: torch.Generator

    def subset(self, points: np.ndarray, most: int) -> np.ndarray:
        """`points`, or `most` of them at random."""
        return points if len(points) <= most else points[self.numpy.choice(len(points), most, replace=False)]


def evaluate(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, seed: int = 0, draw_more: DrawMore | None = None
) -> Evaluation:
    """All figures of the `generated (n, 5)` points.

    `train (m, 5)` and `held_out (k, 5)` are a random split of the data. `draw_more(n)` draws n further generated
    points; it is called where too few of the `generated` ones may be compared with data. `seed` fixes the permutations.
    """
    chance = Chance(np.random.default_rng(seed), torch.Generator().manual_seed(seed))
    sets = generated, train, held_out = [
        chance.subset(np.asarray(points), MOST_POINTS) for points in (generated, train, held_out)
    ]
    figures = {key: row.measure(*sets) for key, row in FIGURES.items() if row.measure}
    for key, figure in figures.items():
        if figure.p is not None:
            figures[key] = figure._replace(p=min(1.0, n_families() * figure.p))
    n_compared = classifier = None
    if min(map(len, sets)) >= LEAST:
        records = chance.subset(train, MOST_RECORDS), chance.subset(held_out, MOST_RECORDS // 10)
        closest, p = memorization(chance.subset(generated, MOST_COMPARED), *records, chance.torch)
        figures |= {"closest_is_training": closest, "copies": figures["copies"]._replace(p=p)}

        comparable = _comparable(generated, train, held_out, chance, draw_more)
        n_compared = min(len(comparable[0]), MOST_COMPARED)
        if min(map(len, comparable)) >= LEAST:
            compared, some_held_out = comparable[0][:MOST_COMPARED], chance.subset(comparable[2], MOST_COMPARED)
            tested, classifier = _against_held_out(compared, train, some_held_out, chance)
            figures |= tested | _against_all(compared, np.vstack(comparable[1:]), chance)
            figures |= _outliers(generated, train, held_out, chance)
    return Evaluation(len(generated), len(held_out), n_compared, figures, classifier)


def _comparable(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance, draw_more: DrawMore | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those generated, training and held-out points whose labels may be exchanged."""
    data = np.vstack([train, held_out])
    wanted, most = min(len(generated), 2 * len(held_out)), min(MOST_DRAWN * len(generated), MOST_POINTS)
    while True:
        points, kept = exchangeable(generated, data, len(held_out), chance.numpy)
        enough = len(points) >= wanted and kept.mean() > 0.9
        if enough or draw_more is None or len(generated) >= most:
            return points, train[kept[: len(train)]], held_out[kept[len(train) :]]
        generated = np.vstack([generated, draw_more(3 * len(generated))])


def _against_held_out(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance
) -> tuple[dict[str, Figure], ClassifierScores]:
    """Figures of the classifier and of the energy distance."""
    # More than this makes the classifier slower, and hardly better.
    generated = generated[: 4 * len(held_out)]
    points = np.vstack([generated, held_out])
    fold = folds(torch.from_numpy(points[:, PLACES]), chance.torch)
    labels = permuted_labels(len(generated), len(held_out), chance.torch, fold)
    features = compare(points, train, chance.numpy).of_kernels(chance.torch)
    aucs, scores = classifier_auc(features, labels, fold, chance.torch)
    n, m = (min(len(part), MOST_FOR_PAIRS) for part in (generated, held_out))
    some = np.r_[:n, len(generated) : len(generated) + m]
    energies = energy_distance(standardized(torch.from_numpy(points[some]).float()), labels[some])
    auc, energy = family(aucs, energies)
    figures = {
        "c2st_auc": auc._replace(real=0.5, detectable=0.5 + (auc.detectable or 0)),
        "energy_distance": Figure(energy.value, energy.real, energy.p),
    }
    return figures, ClassifierScores(points, scores.numpy())


def _against_all(generated: np.ndarray, data: np.ndarray, chance: Chance) -> dict[str, Figure]:
    """Figures of the density of places."""
    reference = chance.subset(data, MOST_COMPARED)
    labels = permuted_labels(len(generated), len(reference), chance.torch)
    places = standardized(torch.from_numpy(np.vstack([generated, reference])[:, PLACES]).float())
    x, y = places.unbind(1)
    # The first factor is large, so that the ridge does nothing.
    features = {
        "density_trends": 100 * torch.column_stack([x, y, x * y, x * x, y * y]),
        "density_regions": 10 * random_features(places, (0.5, 0.25), 100, chance.torch),
        "density_details": 10 * random_features(places, (0.12, 0.06), 150, chance.torch),
    }
    tests = family(*(discriminant(part, labels) for part in features.values()))
    in_units_of_chance = [Figure(test.value / max(test.real, 1e-12), 1.0, test.p) for test in tests]
    return dict(zip(features, in_units_of_chance, strict=True))


def _outliers(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance) -> dict[str, Figure]:
    """Figures of places and colors far from those of a part of `train`. All other data are compared.

    All generated points are in them: no other data could share a pixel with the data, but such points are no outliers.
    """
    train = chance.numpy.permutation(train)
    n_references = math.ceil(REFERENCE_SHARE * len(train))
    generated = chance.subset(generated, MOST_COMPARED)
    others = chance.subset(np.vstack([train[n_references:], held_out]), MOST_COMPARED)
    seen = compare(np.vstack([generated, others]), train[:n_references], chance.numpy)
    labels = permuted_labels(len(generated), len(others), chance.torch)
    tests = family(*(mean_excess(excess, labels) for excess in (seen.place_excess, seen.color_excess)))
    figures, n = {}, len(generated)
    distances = {"off_support": seen.distance, "off_colors": seen.color_excess}
    for (key, distance), test in zip(distances.items(), tests, strict=True):
        limit = distance[n:].quantile(0.99)
        ours, theirs = ((part > limit).double().mean().item() for part in (distance[:n], distance[n:]))
        figures[key] = Figure(ours, theirs, test.p)
    return figures
