"""Two-sample tests: could two sets of points come from one distribution? Each p-value is exact, by permutation.

Under the null hypothesis it is chance which point belongs to which set. So the figure is computed again for random
exchanges of the labels, and p is the share of these that come out at least as large, the true labels counted in
(Phipson & Smyth 2010, "Permutation p-values should never be zero").
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.thinning import thinned

N_PERMUTATIONS = 400
# Kernel matrices grow with the square: at most this many points of a set enter the tests that need them.
MOST_POINTS = 2000
N_FOLDS = 5
NEIGHBORS = 8


class Test(NamedTuple):
    """A figure, what it comes to under the null hypothesis (mean and standard deviation), and its p-value."""

    value: float
    null: float
    null_std: float
    p: float

    @classmethod
    def of(cls, values: Tensor) -> "Test":
        """`values (1 + permutations,)`: the figure for the true labels first, then for permuted ones."""
        value, permuted = values[0], values[1:]
        # Ties count against the null hypothesis only with room for rounding.
        p = ((permuted >= value - 1e-12).sum() + 1) / len(values)
        return cls(value.item(), permuted.mean().item(), permuted.std().item(), p.item())


class ClassifierTest(NamedTuple):
    """The test, and how much each of `points (n, 5)`, of both sets, looks generated to it: `scores (n,)`."""

    test: Test
    points: np.ndarray
    scores: np.ndarray


def classifier_test(generated: np.ndarray, held_out: np.ndarray, train: np.ndarray, seed: int = 0) -> ClassifierTest:
    """C2ST: the cross-validated AUC of a classifier that tells generated from held-out points. 0.5: it cannot.

    Lopez-Paz & Oquab 2017, "Revisiting classifier two-sample tests" (arXiv 1610.06545), with the AUC in place of the
    accuracy. The classifier is ridge regression of the labels under a Gaussian kernel (Saunders et al. 1998), on
    `features`: its predictions are linear in the labels, so that all permutations are one product of matrices.
    """
    rng = torch.Generator().manual_seed(seed)
    generated, held_out = thinned(generated, MOST_POINTS), thinned(held_out, MOST_POINTS)
    points = np.vstack([generated, held_out])
    kernel = _gaussian_kernel(features(points, train))
    is_generated = torch.cat([torch.ones(len(generated)), torch.zeros(len(held_out))])
    # Folds with equal shares of both sets; permutations keep within them.
    fold = torch.cat([torch.randperm(len(part), generator=rng) % N_FOLDS for part in (generated, held_out)])
    labels = is_generated.unsqueeze(1).repeat(1, 1 + N_PERMUTATIONS)
    for k in range(N_FOLDS):
        members = (fold == k).nonzero().squeeze(1)
        order = torch.rand(len(members), N_PERMUTATIONS, generator=rng).argsort(0)
        labels[members, 1:] = is_generated[members][order]

    aucs, scores = torch.zeros(1 + N_PERMUTATIONS), torch.zeros(len(points))
    mixed = torch.randperm(len(points), generator=rng)
    for k in range(N_FOLDS):
        test, rest = mixed[fold[mixed] == k], mixed[fold[mixed] != k]
        ridge = torch.linalg.cholesky(kernel[rest][:, rest] + torch.eye(len(rest)))
        weights = torch.cholesky_solve(labels[rest] - labels[rest].mean(0), ridge)
        predicted = kernel[test][:, rest] @ weights
        aucs += area_under_curve(predicted, labels[test]) / N_FOLDS
        scores[test] = predicted[:, 0]
    return ClassifierTest(Test.of(aucs), points, scores.numpy())


def energy_test(points: np.ndarray, reference: np.ndarray, scale: np.ndarray, seed: int = 0) -> Test:
    """Energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| over coordinates divided by `scale (5,)`.

    0 only for equal distributions. Szekely & Rizzo 2013, "Energy statistics: a class of statistics based on distances",
    equation 5; the biased estimate, which is never below 0.
    """
    x, y = (scaled(thinned(sample, MOST_POINTS), scale) for sample in (points, reference))
    both = torch.cat([x, y])
    distances = torch.cdist(both, both)
    # With weights 1/n for x and -1/m for y, the distance is -w' D w.
    w = torch.cat([torch.full((len(x),), 1 / len(x)), torch.full((len(y),), -1 / len(y))])
    order = _permutations(len(w), seed)
    weights = torch.cat([w.unsqueeze(1), w[order].T], dim=1)
    return Test.of(-(weights * (distances @ weights)).sum(0).double())


def off_support_share(generated: np.ndarray, held_out: np.ndarray, train: np.ndarray) -> float:
    """Share of generated places farther from every training point than 99% of the held-out ones: 0.01 is honest."""
    ours, theirs = (nearest(_places(sample), _places(train), 1)[0] for sample in (generated, held_out))
    return (ours > theirs.quantile(0.99)).double().mean().item()


def off_support_test(generated: np.ndarray, held_out: np.ndarray, train: np.ndarray, seed: int = 0) -> Test:
    """How far, in pixels and on average, generated places lie beyond `grain` of the nearest training point.

    The figure is the difference to held-out places. It notices what `off_support_share` counts, but has more power, for
    it weighs how far off a point is.
    """
    real = _places(train)
    beyond = (nearest(_places(np.vstack([generated, held_out])), real, 1)[0].squeeze(1) - grain(real)).clamp(min=0)
    order = torch.cat([torch.arange(len(beyond)).unsqueeze(0), _permutations(len(beyond), seed)])
    n = len(generated)
    return Test.of(beyond[order[:, :n]].double().mean(1) - beyond[order[:, n:]].double().mean(1))


def memorising_test(generated: np.ndarray, held_out: np.ndarray, train: np.ndarray, scale: np.ndarray) -> Test:
    """Share of generated points whose closest record, among training and held-out points, is a training point.

    A generator that never saw single points does not know which of them were held out: the labels may be exchanged.
    """
    records = np.vstack([train, held_out])
    closest = nearest(scaled(generated, scale), scaled(records, scale), 1)[1].squeeze(1)
    counts = torch.bincount(closest, minlength=len(records)).double() / len(generated)
    order = torch.cat([torch.arange(len(records)).unsqueeze(0), _permutations(len(records), seed=0)])
    return Test.of(1 - counts[order[:, len(train) :]].sum(1))


def features(points: np.ndarray, train: np.ndarray) -> Tensor:
    """What the classifier sees of each point: `(n, 8)`.

    The five coordinates, and how the place lies among its nearest training points. These were seen by neither set, and
    say where the glyph ends far better than some hundred held-out points could. Of colors they say nothing: in one
    JPEG, neighbors share their errors, so that held-out colors agree with training colors better than a new draw would.
    """
    places, real = _places(points), _places(train)
    distance, index = nearest(places, real, NEIGHBORS)
    first, last = distance[:, [0, -1]].clamp(min=grain(real)).unbind(1)
    offset = (places - real[index].mean(1)).norm(dim=1)
    return torch.column_stack([scaled(points, spread(train)), first.log(), last.log(), offset / last])


def grain(places: Tensor) -> Tensor:
    """The distance, in pixels, that 95% of the `places (n, 2)` have at most to the nearest other one.

    Below it, a comparison would see nothing but the grid: no pixel is drawn twice, so that a held-out point never lies
    where a training point does, and a generated one may.
    """
    return nearest(places[:MOST_POINTS], places, 2)[0][:, -1].quantile(0.95).clamp(min=1)


def area_under_curve(scores: Tensor, labels: Tensor) -> Tensor:
    """AUC of each column: the share of pairs in which the point labeled 1 has the higher score; `(n, k)` to `(k,)`."""
    order = scores.argsort(0)
    ranks = torch.arange(1, len(scores) + 1, dtype=torch.float64).unsqueeze(1)
    ones = labels.sum(0).double()
    rank_sum = (ranks * labels.gather(0, order)).sum(0)
    return ((rank_sum - ones * (ones + 1) / 2) / (ones * (len(scores) - ones))).float()


def nearest(points: Tensor, records: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Distances and indices `(n, k)` of the k `records` nearest to each of `points`, in blocks to bound memory."""
    k = min(k, len(records))
    rows = max(1, 20_000_000 // len(records))
    found = [torch.cdist(block, records).topk(k, largest=False) for block in points.split(rows)]
    return torch.cat([distance for distance, _ in found]), torch.cat([index for _, index in found])


def spread(points: np.ndarray) -> np.ndarray:
    """Standard deviation of each coordinate `(5,)`; 1 where it has none."""
    deviation = points.std(0)
    return np.where(deviation > 0, deviation, 1.0)


def scaled(points: np.ndarray, scale: np.ndarray) -> Tensor:
    """The points, each coordinate divided by its `scale (5,)`."""
    return torch.from_numpy(points / scale).float()


def _places(points: np.ndarray) -> Tensor:
    return torch.from_numpy(points[:, :2].astype(np.float32))


def _gaussian_kernel(x: Tensor) -> Tensor:
    """Mean of Gaussian kernels whose widths are a half, one and two times the median distance of the rows of `x`."""
    deviation = x.std(0)
    x = (x - x.mean(0)) / torch.where(deviation > 0, deviation, 1.0)
    squared = torch.cdist(x, x).square()
    width = squared[:1000].median().clamp(min=1e-6)
    return sum(torch.exp(-squared / (2 * factor**2 * width)) for factor in (0.5, 1, 2)) / 3


def _permutations(n: int, seed: int) -> Tensor:
    """`N_PERMUTATIONS` random orders of n things: `(permutations, n)`."""
    return torch.rand(N_PERMUTATIONS, n, generator=torch.Generator().manual_seed(seed)).argsort(1)
