"""Permutation tests: could two sets of points come from one distribution?

Under the null hypothesis it is chance which point belongs to which set. So each statistic is computed for the true
labels and for random permutations of them, and p is the share of all these that reach the true one (Phipson & Smyth
2010, "Permutation p-values should never be zero"). Labels `(n, 1 + N_PERMUTATIONS)` are 1 for generated points and 0
for others; each column is a labeling, the first one the true one. A statistic `(1 + N_PERMUTATIONS,)` has one value per
labeling.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

N_PERMUTATIONS = 240
N_FOLDS = 5
# Side of the largest blocks of JPEG, those of subsampled color, in pixels.
JPEG_BLOCK = 16
SIGNIFICANT = 0.05
# The quantile of the standard normal distribution for a power of 80%.
POWER_QUANTILE = 0.8416


class PermutationTest(NamedTuple):
    """A statistic, its mean and standard deviation over permuted labels, and its p-value.

    `detectable`: by how much it must exceed its mean to be found with a probability of 80%; `family` knows it.
    """

    value: float
    null_mean: float
    null_std: float
    p: float
    detectable: float = math.nan

    @classmethod
    def of(cls, statistic: Tensor) -> "PermutationTest":
        """The test of a `statistic (1 + permutations,)` whose large values speak against the null hypothesis."""
        value, permuted = statistic[0], statistic[1:]
        # Rounding must not decide between values that are equal.
        reached = permuted >= value - 1e-5 * (statistic.max() - statistic.min())
        p = (int(reached.sum()) + 1) / len(statistic)
        return cls(value.item(), permuted.mean().item(), permuted.std().item(), p)


def family(statistics: list[Tensor], n_families: int = 1) -> list[PermutationTest]:
    """Tests of the same labelings, with p-values adjusted for their number and that of all such families.

    Westfall & Young 1993 (single step): compare each standardized statistic with the largest of permuted ones. The
    p-values are then multiplied by `n_families` (Bonferroni).
    """
    values = torch.stack([statistic.double() for statistic in statistics])
    deviation = values.std(1, keepdim=True)
    standardized = (values - values.mean(1, keepdim=True)) / deviation.clamp(min=1e-12)
    largest = standardized.max(0).values
    threshold = largest[1:].quantile(1 - SIGNIFICANT / n_families).item()
    tests = []
    for statistic, own in zip(statistics, standardized, strict=True):
        test, p = PermutationTest.of(statistic), PermutationTest.of(torch.cat([own[:1], largest[1:]])).p
        detectable = (threshold + POWER_QUANTILE) * test.null_std
        tests.append(test._replace(p=min(1.0, n_families * p), detectable=detectable))
    return tests


def permuted_labels(n_generated: int, n_reference: int, rng: torch.Generator, fold: Tensor | None = None) -> Tensor:
    """Labels `(n, 1 + N_PERMUTATIONS)`, generated points first, permuted within each `fold (n,)` if there are folds."""
    fold = torch.zeros(n_generated + n_reference) if fold is None else fold
    is_generated = torch.cat([torch.ones(n_generated), torch.zeros(n_reference)])
    labels = is_generated.unsqueeze(1).repeat(1, 1 + N_PERMUTATIONS)
    for k in fold.unique():
        members = (fold == k).nonzero().squeeze(1)
        order = torch.rand(len(members), N_PERMUTATIONS, generator=rng).argsort(0)
        labels[members, 1:] = is_generated[members][order]
    return labels


def folds(places: Tensor, rng: torch.Generator) -> Tensor:
    """A fold for each of `places (n, 2)`, in pixels: the same one for all places of a block of 16 x 16 pixels.

    In a JPEG, the points of a block share errors. A classifier that learned them would separate the points of one
    picture from those of another one. Where there are too few blocks, each point gets a fold of its own.
    """
    blocks = (places // JPEG_BLOCK).long().unique(dim=0, return_inverse=True)[1]
    if blocks.max() + 1 < 2 * N_FOLDS:
        blocks = torch.arange(len(places))
    return (torch.randperm(int(blocks.max()) + 1, generator=rng) % N_FOLDS)[blocks]


def classifier_auc(features: Tensor, labels: Tensor, fold: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """C2ST: the AUC within the folds of a classifier trained on the others; 0.5 where `features (n, k)` say nothing.

    Returns the statistic and each point's score `(n,)` under the true labels. Lopez-Paz & Oquab 2017, "Revisiting
    classifier two-sample tests" (arXiv 1610.06545), with the AUC in place of the accuracy. The classifier is ridge
    regression of the labels: linear in them, so that all labelings are one product of matrices.
    """
    aucs, scores, n_pairs = torch.zeros(labels.shape[1]), torch.zeros(len(labels)), 0.0
    # Equal scores stay in this order when they are sorted: it must not be that of the labels.
    mixed = torch.randperm(len(labels), generator=rng)
    for k in range(N_FOLDS):
        test, rest = mixed[fold[mixed] == k], mixed[fold[mixed] != k]
        mean = features[rest].mean(0)
        known, new = features[rest] - mean, features[test] - mean
        factor = torch.linalg.cholesky(known.T @ known + torch.eye(known.shape[1]))
        predicted = new @ torch.cholesky_solve(known.T @ (labels[rest] - labels[rest].mean(0)), factor)
        scores[test] = predicted[:, 0]
        n_ones = labels[test, 0].sum()
        pairs = (n_ones * (len(predicted) - n_ones)).item()
        if pairs:
            aucs += pairs * area_under_curve(predicted, labels[test])
            n_pairs += pairs
    return aucs / max(1.0, n_pairs), scores


def energy_distance(x: Tensor, labels: Tensor) -> Tensor:
    """Energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| between the rows of `x (n, k)` with label 1 and 0.

    Szekely & Rizzo 2013, "Energy statistics: a class of statistics based on distances", equation 5; the biased
    estimate, which is never below 0.
    """
    # With weights 1/n for one set and -1/m for the other, the distance is -w' D w.
    weights = _mean_difference(labels)
    return -(weights * (torch.cdist(x, x) @ weights)).sum(0)


def discriminant(features: Tensor, labels: Tensor) -> Tensor:
    """Regularized Hotelling statistic d' (C + ridge)^-1 d of the difference d of the sets' mean `features (n, k)`.

    C is their common covariance: the kernel Fisher discriminant of Harchaoui, Bach & Moulines 2008, "Testing for
    homogeneity with kernel Fisher discriminant analysis" (arXiv 0804.1026), with explicit features.
    """
    # In double precision: features that depend on each other would make the matrix indefinite.
    centered = (features - features.mean(0)).double()
    covariance, difference = centered.T @ centered, centered.T @ _mean_difference(labels).double()
    ridge = 1 + 1e-9 * covariance.diagonal().max()
    factor = torch.linalg.cholesky(covariance + ridge * torch.eye(len(covariance), dtype=torch.float64))
    return torch.linalg.solve_triangular(factor, difference, upper=False).square().sum(0)


def mean_excess(values: Tensor, labels: Tensor) -> Tensor:
    """Mean of the `values (n,)` with label 1, less that of the others."""
    return (values - values.mean()) @ _mean_difference(labels)


def ks_distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance of two samples: the largest gap between their cumulative shares, from 0 to 1."""
    values = np.union1d(ours, theirs)
    shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (ours, theirs)]
    return float(np.abs(shares[0] - shares[1]).max())


def random_features(x: Tensor, widths: tuple[float, ...], n: int, rng: torch.Generator) -> Tensor:
    """`n` random features a width `(rows, n * widths)`: products of them approximate a mean of Gaussian kernels.

    The kernels' widths are in the units of `x (rows, k)`. Rahimi & Recht 2007, "Random features for large-scale kernel
    machines", equation 1.
    """
    frequencies = torch.cat([torch.randn(x.shape[1], n, generator=rng) / width for width in widths], dim=1)
    phases = 2 * math.pi * torch.rand(frequencies.shape[1], generator=rng)
    return math.sqrt(2 / frequencies.shape[1]) * torch.cos(x @ frequencies + phases)


def area_under_curve(scores: Tensor, labels: Tensor) -> Tensor:
    """AUC of each column: the share of pairs in which the point labeled 1 has the higher score; `(n, k)` to `(k,)`."""
    order = scores.argsort(dim=0, stable=True)
    ranks = torch.arange(1, len(scores) + 1, dtype=torch.float64)
    ones = labels.sum(0).double()
    rank_sum = ranks @ labels.gather(0, order).double()
    return ((rank_sum - ones * (ones + 1) / 2) / (ones * (len(scores) - ones))).float()


def _mean_difference(labels: Tensor) -> Tensor:
    """Weights `(n, labelings)` under which a sum is the mean of the points labeled 1 less that of the others."""
    n_ones = labels.sum(0)
    return labels / n_ones - (1 - labels) / (len(labels) - n_ones)
