"""Tests of whether generated points come from the distribution of the data. docs/evaluation.md explains each."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.coordinates import PLACES
from models.registry import imported
from utils.evaluation import two_sample
from utils.evaluation.features import classifier_features, nearest, outlier_distances, random_features, standardized
from utils.evaluation.figures import FIGURES, Figure, n_families
from utils.evaluation.pixels import MOST_COMPARED, codes, exchangeable
from utils.evaluation.result import Evaluation
from utils.evaluation.two_sample import N_PERMUTATIONS, family, p_value, permuted_labels

# Larger sets, here and below, are replaced by random subsets: they take longer to search, and hardly improve a test.
MOST_POINTS = 500_000
LEAST = 20  # points; no test can find anything in fewer
DrawMore = Callable[[int], np.ndarray]


class Chance(NamedTuple):
    """The random numbers of an evaluation."""

    numpy: np.random.Generator
    torch: torch.Generator

    def subset(self, points: np.ndarray, most: int) -> np.ndarray:
        """`points`, or a random `most` of them."""
        return points if len(points) <= most else points[self.numpy.choice(len(points), most, replace=False)]

    def references(self, train: np.ndarray) -> Tensor:
        """Training points in random order, to measure other points against."""
        return torch.from_numpy(self.numpy.permutation(train)[:10_000]).float()


def evaluate(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, draw_more: DrawMore | None = None
) -> Evaluation:
    """All figures of the `generated (n, 5)` points, given a random split of the data: `train` and `held_out`.

    `draw_more(n)` draws n further points; it is called if too few of the generated ones can be compared with data.
    """
    chance = Chance(np.random.default_rng(0), torch.Generator().manual_seed(0))
    sets = [chance.subset(points, MOST_POINTS) for points in (generated, train, held_out)]
    generated, train, held_out = sets
    figures = {}
    for key, row in FIGURES.items():
        if row.measure:
            figure = imported(row.measure)(*sets)
            figures[key] = figure._replace(p=figure.p and min(1.0, n_families() * figure.p))
    n_compared = classifier = None
    if min(map(len, sets)) >= LEAST:
        records = chance.subset(train, 50_000), chance.subset(held_out, 5000)
        closest, p = memorization(chance.subset(generated, MOST_COMPARED), *records, chance.torch)
        figures |= {"closest_is_training": closest, "copies": figures["copies"]._replace(p=p)}

        compared, *data = comparable = _comparable(generated, train, held_out, chance, draw_more)
        compared = compared[:MOST_COMPARED]
        n_compared = len(compared)
        if min(map(len, comparable)) >= LEAST:
            tested, classifier = _against_held_out(compared, train, chance.subset(data[1], MOST_COMPARED), chance)
            figures |= tested | _against_all(compared, np.vstack(data), chance)
            figures |= _outliers(generated, train, held_out, chance)
    return Evaluation(len(generated), len(held_out), n_compared, figures, classifier)


def _comparable(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance, draw_more: DrawMore | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those generated, training and held-out points whose labels may be exchanged."""
    data = np.vstack([train, held_out])
    wanted, most = min(len(generated), 2 * len(held_out)), min(16 * len(generated), MOST_POINTS)
    while True:
        points, kept = exchangeable(generated, data, len(held_out), chance.numpy)
        enough = len(points) >= wanted and kept.mean() > 0.9
        if enough or draw_more is None or len(generated) >= most:
            return points, train[kept[: len(train)]], held_out[kept[len(train) :]]
        generated = np.vstack([generated, draw_more(3 * len(generated))])


def _against_held_out(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance
) -> tuple[dict[str, Figure], tuple[np.ndarray, np.ndarray]]:
    """Figures of the classifier and of the energy distance, and the points with their scores."""
    # More than this makes the classifier slower, and hardly better.
    generated = generated[: 4 * len(held_out)]
    points = np.vstack([generated, held_out])
    x = torch.from_numpy(points).float()
    fold = two_sample.folds(x[:, PLACES], chance.torch)
    labels = permuted_labels(len(generated), len(held_out), chance.torch, fold)
    features = classifier_features(x, chance.references(train), chance.torch)
    aucs, scores = two_sample.classifier_auc(features, labels, fold, chance.torch)
    # Pairs of points are many, so fewer points will do.
    some = np.r_[: min(len(generated), 1500), len(generated) : len(generated) + min(len(held_out), 1500)]
    energies = two_sample.energy_distance(standardized(x[some]), labels[some])
    auc, energy = family(aucs, energies)
    figures = {
        "c2st_auc": auc._replace(real=0.5, detectable=0.5 + (auc.detectable or 0)),
        "energy_distance": Figure(energy.value, energy.real, energy.p),
    }
    return figures, (points, scores.numpy())


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
    tests = family(*(two_sample.discriminant(part, labels) for part in features.values()))
    in_units_of_chance = [Figure(test.value / max(test.real, 1e-12), 1.0, test.p) for test in tests]
    return dict(zip(features, in_units_of_chance, strict=True))


def _outliers(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance) -> dict[str, Figure]:
    """Figures of places and colors far from those of a third of `train`, for all generated points and other data."""
    train = chance.numpy.permutation(train)
    n_references = math.ceil(len(train) / 3)
    generated = chance.subset(generated, MOST_COMPARED)
    others = chance.subset(np.vstack([train[n_references:], held_out]), MOST_COMPARED)
    x = torch.from_numpy(np.vstack([generated, others])).float()
    distance, place_excess, color_excess = outlier_distances(x, chance.references(train[:n_references]))
    labels = permuted_labels(len(generated), len(others), chance.torch)
    tests = family(*(two_sample.mean_excess(excess, labels) for excess in (place_excess, color_excess)))
    figures, n = {}, len(generated)
    for key, values, test in zip(("off_support", "off_colors"), (distance, color_excess), tests, strict=True):
        is_off = (values > values[n:].quantile(0.99)).double()
        figures[key] = Figure(is_off[:n].mean().item(), is_off[n:].mean().item(), test.p)
    return figures


def memorization(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: torch.Generator
) -> tuple[Figure, float]:
    """The share of generated points whose closest record is a training point, and the p-value of the share of copies.

    The closest record (Platzer & Reutterer 2021, arXiv 2104.00635) is that by coordinates in standard deviations.
    """
    records = np.vstack([train, held_out])
    # The first of several records at the same distance must not always be a training point.
    shuffled = torch.randperm(len(records), generator=rng).numpy()
    deviation = records.std(0)
    scale = np.where(deviation > 0, deviation, 1.0)
    x, known = (torch.from_numpy(points / scale).float() for points in (generated, records[shuffled]))
    hits = np.bincount(shuffled[nearest(x, known, 1)[1][:, 0].numpy()], minlength=len(records))
    closest, copied = (_shares(counts, len(train), rng) for counts in (hits, copies(generated, records)))
    return Figure(closest[0].item(), len(train) / len(records), p_value(closest)), p_value(copied)


def copies(generated: np.ndarray, records: np.ndarray) -> np.ndarray:
    """How often each of `records (n, 5)` is among the generated points; k equal records share the number."""
    values, index, multiplicity = np.unique(codes(records), return_inverse=True, return_counts=True)
    drawn = codes(generated)
    place = np.searchsorted(values, drawn).clip(max=len(values) - 1)
    hits = np.bincount(place[values[place] == drawn], minlength=len(values))
    return (hits / multiplicity)[index]


def _shares(hits: np.ndarray, n_train: int, rng: torch.Generator) -> Tensor:
    """The share of `hits (records,)` on the first `n_train` records, and on as many in permutations of the records."""
    counts = torch.from_numpy(hits).double()
    # Only the places of records with hits matter.
    hit = counts[counts > 0]
    if not len(hit):
        return torch.zeros(1 + N_PERMUTATIONS)
    orders = [torch.randperm(len(counts), generator=rng)[: len(hit)] for _ in range(N_PERMUTATIONS)]
    of_training = [counts[:n_train].sum(), *(hit[order < n_train].sum() for order in orders)]
    return torch.stack(of_training) / counts.sum()
