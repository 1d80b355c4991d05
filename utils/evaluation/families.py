"""Three families of tests: against held-out points, of the density against all data, and of outliers."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.coordinates import COLORS, PLACES
from utils.evaluation.features import Features, ReferenceSet
from utils.evaluation.figure import Figure
from utils.evaluation.figures import n_families
from utils.evaluation.pixels import MOST_COMPARED
from utils.evaluation.result import ClassifierScores
from utils.evaluation.two_sample import (
    classifier_auc,
    discriminant,
    energy_distance,
    family,
    folds,
    mean_excess,
    permuted_labels,
    random_features,
)

# Distances between all pairs grow with the square of the number.
MOST_FOR_PAIRS = 1500
# The tests of outliers measure others against this share of the training points.
REFERENCE_SHARE = 1 / 3


class Chance(NamedTuple):
    """The random numbers of an evaluation."""

    numpy: np.random.Generator
    torch: torch.Generator

    @classmethod
    def of(cls, seed: int) -> "Chance":
        """Random numbers that follow from `seed`."""
        return cls(np.random.default_rng(seed), torch.Generator().manual_seed(seed))

    def subset(self, points: np.ndarray, most: int) -> np.ndarray:
        """`points`, or `most` of them at random."""
        return points if len(points) <= most else points[self.numpy.choice(len(points), most, replace=False)]


def against_held_out(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance
) -> tuple[dict[str, Figure], ClassifierScores]:
    """Figures of the classifier and of the energy distance."""
    # More than this makes the classifier slower, and hardly better.
    generated = generated[: 4 * len(held_out)]
    points = np.vstack([generated, held_out])
    fold = folds(torch.from_numpy(points[:, PLACES]), chance.torch)
    labels = permuted_labels(len(generated), len(held_out), chance.torch, fold)
    features = _kernel_features(ReferenceSet(train, chance.numpy).features(points), chance.torch)
    aucs, scores = classifier_auc(features, labels, fold, chance.torch)
    n, m = (min(len(part), MOST_FOR_PAIRS) for part in (generated, held_out))
    some = np.r_[:n, len(generated) : len(generated) + m]
    energies = energy_distance(_standardized(torch.from_numpy(points[some]).float()), labels[some])
    auc, energy = family([aucs, energies], n_families())
    figures = {
        "c2st_auc": Figure(auc.value, 0.5, auc.p, auc.null_std, 0.5 + auc.detectable),
        "energy_distance": Figure(energy.value, energy.null_mean, energy.p),
    }
    return figures, ClassifierScores(points, scores.numpy())


def against_all(generated: np.ndarray, data: np.ndarray, chance: Chance) -> dict[str, Figure]:
    """Figures of the density of places."""
    reference = chance.subset(data, MOST_COMPARED)
    labels = permuted_labels(len(generated), len(reference), chance.torch)
    places = _standardized(torch.from_numpy(np.vstack([generated, reference])[:, PLACES]).float())
    x, y = places.unbind(1)
    statistics = {
        # Large, so that the ridge does nothing.
        "density_trends": discriminant(100 * torch.column_stack([x, y, x * y, x * x, y * y]), labels),
        "density_regions": discriminant(10 * random_features(places, (0.5, 0.25), 100, chance.torch), labels),
        "density_details": discriminant(10 * random_features(places, (0.12, 0.06), 150, chance.torch), labels),
    }
    tests = zip(statistics, family(list(statistics.values()), n_families()), strict=True)
    return {key: Figure(test.value / max(test.null_mean, 1e-12), 1.0, test.p) for key, test in tests}


def outliers(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance) -> dict[str, Figure]:
    """Figures of places and colors far from those of a part of `train`. All other data are compared.

    All generated points are in them. Those on pixels of the data, which other data may never share, are no outliers,
    and data without repeated pixels have a larger share of their points where the density is low. So the tests are
    exact where pixels repeat, and conservative where they do not.
    """
    train = chance.numpy.permutation(train)
    n_references = math.ceil(REFERENCE_SHARE * len(train))
    generated = chance.subset(generated, MOST_COMPARED)
    others = chance.subset(np.vstack([train[n_references:], held_out]), MOST_COMPARED)
    seen = ReferenceSet(train[:n_references], chance.numpy).features(np.vstack([generated, others]))
    labels = permuted_labels(len(generated), len(others), chance.torch)
    tests = family([mean_excess(excess, labels) for excess in (seen.place_excess, seen.color_excess)], n_families())
    figures, n = {}, len(generated)
    distances = {"off_support": seen.distance, "off_colors": seen.color_excess}
    for (key, distance), test in zip(distances.items(), tests, strict=True):
        limit = distance[n:].quantile(0.99)
        ours, theirs = ((part > limit).double().mean().item() for part in (distance[:n], distance[n:]))
        figures[key] = Figure(ours, theirs, test.p)
    return figures


def _kernel_features(seen: Features, rng: torch.Generator) -> Tensor:
    """What the classifier sees: features of Gaussian kernels on places, on colors and on both, and on no kernel.

    No kernel has both kNN features and colors. In a JPEG, colors depend on the density of the points around, and
    those of held-out points on that of the training points; those of other points of the same distribution do not.
    """
    places = _standardized(torch.column_stack([seen.points[:, PLACES], seen.knn, seen.place_excess.log1p()]))
    colors = _standardized(torch.column_stack([seen.points[:, COLORS], seen.whitened]))
    both = torch.column_stack([places[:, PLACES], colors])
    kernels = [(both, (2, 4), 150), (places, (0.8, 2), 100), (colors, (0.8, 2), 100)]
    return torch.column_stack([places / 10, colors / 10, *(random_features(*kernel, rng) for kernel in kernels)])


def _standardized(x: Tensor) -> Tensor:
    """The columns of `x (n, k)` with mean 0 and standard deviation 1, or 0 where a column is constant."""
    deviation = x.std(0)
    return (x - x.mean(0)) / torch.where(deviation > 0, deviation, 1.0)
