"""Permutation tests of whether two sets of points come from one distribution.

Labels `(n, 1 + N_PERMUTATIONS)` are 1 for generated points and 0 for others; each column is a labeling, the first the
true one, the others permutations of it. A statistic `(1 + N_PERMUTATIONS,)` has one value per labeling.
"""

import torch
from torch import Tensor

from utils.evaluation.metrics import Measured, n_families

N_PERMUTATIONS = 240
N_FOLDS = 5
SIGNIFICANT = 0.05
Tests = dict[str, Measured]


def p_value(statistic: Tensor) -> float:
    """The share of labelings whose `statistic (n,)` reaches that of the true one, the first (Phipson & Smyth 2010)."""
    # Rounding must not decide between values that are equal.
    reached = statistic[1:] >= statistic[0] - 1e-5 * (statistic.max() - statistic.min())
    return (int(reached.sum()) + 1) / len(statistic)


def family(**statistics: Tensor) -> Tests:
    """Tests whose p-values are adjusted for their number (Westfall & Young 1993, single step) and that of families."""
    values = torch.stack([statistic.double() for statistic in statistics.values()])
    means, deviations = values[:, 1:].mean(1), values[:, 1:].std(1)
    standardized = (values - values.mean(1, keepdim=True)) / values.std(1, keepdim=True).clamp(min=1e-12)
    largest = standardized.max(0).values
    p = [min(1.0, n_families() * p_value(torch.cat([own[:1], largest[1:]]))) for own in standardized]
    threshold = largest[1:].quantile(1 - SIGNIFICANT / n_families())
    # 80% of a standard normal distribution lie below 0.8416.
    detectable = means + (threshold + 0.8416) * deviations
    rows = zip(values[:, 0].tolist(), means.tolist(), p, deviations.tolist(), detectable.tolist(), strict=True)
    return {key: Measured(*row) for key, row in zip(statistics, rows, strict=True)}


def permuted_labels(n_generated: int, n_reference: int, rng: torch.Generator, fold: Tensor | None = None) -> Tensor:
    """Labels `(n, 1 + N_PERMUTATIONS)`, generated points first, permuted within each `fold (n,)` if there are folds."""
    fold = torch.zeros(n_generated + n_reference) if fold is None else fold
    labels = torch.zeros(n_generated + n_reference, 1 + N_PERMUTATIONS)
    labels[:n_generated, 0] = 1
    for k in fold.unique():
        members = (fold == k).nonzero().squeeze(1)
        n_ones = int(labels[members, 0].sum())
        # The points with the largest random numbers are a random subset, and quicker to find than a whole permutation.
        chosen = torch.rand(len(members), N_PERMUTATIONS, generator=rng).topk(n_ones, dim=0, sorted=False).indices
        labels[members[chosen], torch.arange(1, 1 + N_PERMUTATIONS)] = 1
    return labels


def folds(places: Tensor, rng: torch.Generator) -> Tensor:
    """A fold for each of `places (n, 2)` in pixels; points of one JPEG block, which share errors, share a fold."""
    # The largest blocks, those of subsampled color, are 16 pixels wide.
    blocks = (places // 16).long().unique(dim=0, return_inverse=True)[1]
    if blocks.max() + 1 < 2 * N_FOLDS:  # too few: each point is its own block
        blocks = torch.arange(len(places))
    return (torch.randperm(int(blocks.max()) + 1, generator=rng) % N_FOLDS)[blocks]


def classifier_auc(features: Tensor, labels: Tensor, fold: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """C2ST (Lopez-Paz & Oquab 2017, arXiv 1610.06545): the AUC within folds of a classifier trained on the others.

    Returns the statistic and each point's score `(n,)` under the true labels. The classifier is ridge regression, which
    is linear in the labels, so one product of matrices serves all labelings.
    """
    # Sorting leaves equal scores in this order, which must not be that of the labels.
    mixed = torch.randperm(len(labels), generator=rng)
    parts = [mixed[fold[mixed] == k] for k in range(N_FOLDS)]
    x = torch.column_stack([features, torch.ones(len(labels))])
    ridge = torch.eye(x.shape[1])
    ridge[-1, -1] = 0  # the intercept is not penalized
    targets = torch.column_stack([x, labels - labels.mean(0)])
    # The products over the other folds are those over all folds less a fold's own.
    products = torch.stack([x[part].T @ targets[part] for part in parts])
    aucs, scores, n_pairs = torch.zeros(labels.shape[1]), torch.zeros(len(labels)), 0.0
    for part, of_others in zip(parts, products.sum(0) - products, strict=True):
        moments, with_labels = of_others.split([x.shape[1], labels.shape[1]], dim=1)
        factor = torch.linalg.cholesky(moments + ridge)
        predicted = x[part] @ torch.cholesky_solve(with_labels, factor)
        scores[part] = predicted[:, 0]
        n_ones = labels[part, 0].sum()
        pairs = (n_ones * (len(part) - n_ones)).item()
        if pairs:
            aucs += pairs * area_under_curve(predicted, labels[part])
            n_pairs += pairs
    return aucs / max(1.0, n_pairs), scores


def energy_distance(x: Tensor, labels: Tensor) -> Tensor:
    """Energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| of `x (n, k)`, biased (Szekely & Rizzo 2013, equation 5)."""
    weights = _mean_difference(labels)
    return -(weights * (torch.cdist(x, x).double() @ weights)).sum(0)


def discriminant(features: Tensor, labels: Tensor) -> Tensor:
    """Regularized Hotelling statistic d' (C + ridge)^-1 d of the difference d of the sets' mean `features (n, k)`.

    C is their common covariance (Harchaoui, Bach & Moulines 2008, arXiv 0804.1026, with explicit features).
    """
    # In double precision, because features that depend on each other would make the matrix indefinite.
    centered = (features - features.mean(0)).double()
    difference, covariance = centered.T @ _mean_difference(labels), centered.T @ centered
    ridge = 1 + 1e-9 * covariance.diagonal().max()
    factor = torch.linalg.cholesky(covariance + ridge * torch.eye(len(covariance), dtype=torch.float64))
    return torch.linalg.solve_triangular(factor, difference, upper=False).square().sum(0)


def mean_excess(values: Tensor, labels: Tensor) -> Tensor:
    """The mean of the `values (n,)` with label 1 less that of the others."""
    return (values - values.mean()).double() @ _mean_difference(labels)


def area_under_curve(scores: Tensor, labels: Tensor) -> Tensor:
    """The AUC `(k,)` of `scores (n, k)`: the share of pairs in which the point labeled 1 has the higher score."""
    order = scores.argsort(dim=0, stable=True)
    ranks = torch.arange(1, len(scores) + 1, dtype=torch.float64)
    ones = labels.sum(0).double()
    rank_sum = ranks @ labels.gather(0, order).double()
    return ((rank_sum - ones * (ones + 1) / 2) / (ones * (len(scores) - ones))).float()


def _mean_difference(labels: Tensor) -> Tensor:
    """Weights `(n, labelings)` that turn a sum into the mean over label 1 less the mean over label 0."""
    # The rounding of a sum must not decide between labelings with equal values.
    labels = labels.double()
    n_ones = labels.sum(0)
    n_zeros = len(labels) - n_ones
    return labels * (1 / n_ones + 1 / n_zeros) - 1 / n_zeros
