"""Tests of whether generated points come from the distribution of the data. docs/evaluation.md explains each."""

import math

import numpy as np
import torch
from torch import Tensor

from data import PLACES, random_subset
from utils.evaluation import two_sample
from utils.evaluation.features import classifier_features, nearest, outlier_distances, random_features, standardized
from utils.evaluation.metrics import METRICS, Measured, n_families
from utils.evaluation.pixels import codes, comparable
from utils.evaluation.two_sample import N_PERMUTATIONS, Tests, family, p_value, permuted_labels
from utils.evaluation.verdict import LEAST, Evaluation

# Larger sets take longer, and hardly improve a test: all points, those that are compared, and those to measure against.
MOST_POINTS, MOST_COMPARED, MOST_KNOWN = 500_000, 5000, 10_000


def evaluate(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Evaluation:
    """All metrics of the `generated (n, 5)` points, given a random split of the data: `train` and `held_out`."""
    rng, numpy_rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    sets = generated, numpy_rng.permutation(train), held_out
    generated, train, held_out = (random_subset(points, MOST_POINTS) for points in sets)
    measured = memorization(random_subset(generated, MOST_COMPARED), train, held_out, rng)
    for key, row in METRICS.items():
        if row.measure:
            own = Measured(*row.measure(generated, train, held_out))
            measured[key] = own._replace(p=None if own.p is None else min(1.0, n_families() * own.p))
    sample = comparable(generated, train, held_out, numpy_rng)
    real = random_subset(sample.held_out, MOST_COMPARED)
    # More than this makes the classifier slower, and hardly better.
    compared, classifier = sample.generated[: min(MOST_COMPARED, 4 * len(real))], None
    if min(len(compared), len(real)) >= LEAST and not sample.n_pixels:
        tests, scores = _against_held_out(compared, real, sample.known, rng)
        measured |= tests | _against_all(sample.generated[:MOST_COMPARED], sample.data, rng)
        known, rest = np.split(train, [math.ceil(len(train) / 3)])
        measured |= _outliers(generated, np.vstack([rest, held_out]), known, rng)
        classifier = np.vstack([compared, real]), scores
    return Evaluation(measured, len(compared), len(real), sample.n_pixels, classifier)


def _against_held_out(
    generated: np.ndarray, held_out: np.ndarray, known: np.ndarray, rng: torch.Generator
) -> tuple[Tests, np.ndarray]:
    """Metrics of the classifier and of the energy distance, and the score of each point `(n,)`."""
    x = _tensor(generated, held_out)
    fold = two_sample.folds(x[:, PLACES], rng)
    labels = permuted_labels(len(generated), len(held_out), rng, fold)
    features = classifier_features(x, _tensor(known[:MOST_KNOWN]), rng)
    aucs, scores = two_sample.classifier_auc(features, labels, fold, rng)
    # Pairs of points are many, so fewer points will do.
    some = np.r_[: min(len(generated), 1500), len(generated) : len(generated) + min(len(held_out), 1500)]
    energies = two_sample.energy_distance(standardized(x[some]), labels[some])
    return family(c2st_auc=aucs, energy_distance=energies), scores.numpy()


def _against_all(generated: np.ndarray, data: np.ndarray, rng: torch.Generator) -> Tests:
    """Metrics of the density of places, in units of their means by chance."""
    reference = random_subset(data, MOST_COMPARED)
    labels = permuted_labels(len(generated), len(reference), rng)
    places = standardized(_tensor(generated, reference)[:, PLACES])
    x, y = places.unbind(1)
    # The factors are large, so that the ridge does little.
    features = {
        "density_trends": 100 * torch.column_stack([x, y, x * y, x * x, y * y]),
        "density_regions": 10 * random_features(places, (0.5, 0.25), 100, rng),
        "density_details": 10 * random_features(places, (0.12, 0.06), 150, rng),
    }
    tests = family(**{key: two_sample.discriminant(part, labels) for key, part in features.items()})
    return {key: Measured(test.value / max(test.real, 1e-12), 1.0, test.p) for key, test in tests.items()}


def _outliers(generated: np.ndarray, others: np.ndarray, known: np.ndarray, rng: torch.Generator) -> Tests:
    """Metrics of the places and colors, of `generated` points and of `others`, that are far from `known` ones."""
    generated, others = (random_subset(points, MOST_COMPARED) for points in (generated, others))
    distance, place_excess, color_excess = outlier_distances(_tensor(generated, others), _tensor(known[:MOST_KNOWN]))
    n, labels = len(generated), permuted_labels(len(generated), len(others), rng)
    places, colors = (two_sample.mean_excess(excess, labels) for excess in (place_excess, color_excess))
    tests = family(off_support=places, off_colors=colors)
    for (key, test), values in zip(tests.items(), (distance, color_excess), strict=True):
        is_off = (values > values[n:].quantile(0.99)).double()
        tests[key] = Measured(is_off[:n].mean().item(), is_off[n:].mean().item(), test.p)
    return tests


def memorization(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: torch.Generator) -> Tests:
    """Metrics of generated points that are closest to a training point, and of those that are copies of one.

    The closest record (Platzer & Reutterer 2021, arXiv 2104.00635) is that by coordinates in standard deviations.
    """
    n, known = len(generated), random_subset(train, 50_000)
    records = np.vstack([known, random_subset(held_out, 5000)])
    # The first of several records at the same distance must not always be a training point.
    order = torch.randperm(len(records), generator=rng).numpy()
    deviation = records.std(0)
    scale = np.where(deviation > 0, deviation, 1.0)
    closest = nearest(_tensor(generated / scale), _tensor(records[order] / scale), 1)[1]
    hits = np.bincount(order[closest[:, 0].numpy()], minlength=len(records))
    copied = copies(generated, np.vstack([train, held_out]))
    # Each training point has as many copies among real points as each held-out point has.
    real = min(1.0, copied[len(train) :].sum() / n * len(train) / len(held_out))
    return {
        "closest_is_training": _share(hits, len(known), n, len(known) / len(records), rng),
        "copies": _share(copied, len(train), n, real, rng),
    }


def copies(generated: np.ndarray, records: np.ndarray) -> np.ndarray:
    """How often each of `records (n, 5)` is among the generated points; k equal records share the number."""
    index = np.unique(codes(np.vstack([records, generated])), return_inverse=True)[1]
    of_records, of_generated = np.split(index, [len(records)])
    return np.bincount(of_generated, minlength=index.max() + 1)[of_records] / np.bincount(of_records)[of_records]


def _share(hits: np.ndarray, n_train: int, n: int, real: float, rng: torch.Generator) -> Measured:
    """The share of n points that hit one of the first `n_train` records, which `hits (records,)` counts."""
    counts = torch.from_numpy(hits).double()
    # Only the places of records with hits matter.
    hit = counts[counts > 0]
    orders = [torch.randperm(len(counts), generator=rng)[: len(hit)] for _ in range(N_PERMUTATIONS)]
    of_training = torch.stack([counts[:n_train].sum(), *(hit[order < n_train].sum() for order in orders)])
    return Measured(of_training[0].item() / n, real, p_value(of_training))


def _tensor(*sets: np.ndarray) -> Tensor:
    """The points of all `sets`, one below the other."""
    return torch.from_numpy(np.vstack(sets)).float()
