"""Does a generator know which points it was trained on? Permutation tests over the records.

The split into training and held-out points is chance, and a generator that has not memorized single points does not
know it. So, whatever it generates, training and held-out points may be exchanged. This holds for any data set. It also
allows for real points that equal one of the data by chance, because they equal held-out points as often.
"""

import numpy as np
import torch
from torch import Tensor

from utils.evaluation.features import nearest
from utils.evaluation.figure import Figure
from utils.evaluation.pixels import codes
from utils.evaluation.two_sample import N_PERMUTATIONS, PermutationTest


def memorization(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: torch.Generator
) -> dict[str, PermutationTest]:
    """Of the `generated (n, 5)` points, the share whose closest record, or whose equal, is a training point.

    The closest record is that of Platzer & Reutterer 2021 (arXiv 2104.00635), over coordinates divided by their
    standard deviations. A generated point that equals k records is counted as 1/k copy of each.
    """
    records = np.vstack([train, held_out])
    # Of records at the same distance, the first one found must not always be a training point.
    shuffled = torch.randperm(len(records), generator=rng).numpy()
    scale = deviations(records)
    x, known = (torch.from_numpy(points / scale).float() for points in (generated, records[shuffled]))
    closest = np.bincount(shuffled[nearest(x, known, 1)[1][:, 0].numpy()], minlength=len(records))
    hits = {"closest_is_training": closest, "copies": copies(generated, records)}
    return {key: _share_of_training(torch.from_numpy(counts), len(train), rng) for key, counts in hits.items()}


def copies(generated: np.ndarray, records: np.ndarray) -> np.ndarray:
    """How often each of `records (n, 5)` is among the generated points; where k records are equal, 1/k of that."""
    values, index, multiplicity = np.unique(codes(records), return_inverse=True, return_counts=True)
    drawn = codes(generated)
    place = np.searchsorted(values, drawn).clip(max=len(values) - 1)
    hits = np.bincount(place[values[place] == drawn], minlength=len(values))
    return (hits / multiplicity)[index]


def share_of_copies(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Figure:
    """The share of `generated (n, 5)` that equals a training point; real points equal a held-out one as often."""
    of_train, of_held_out = (np.isin(codes(generated), codes(part)).mean() for part in (train, held_out))
    return Figure(float(of_train), real=min(1.0, float(of_held_out) * len(train) / max(1, len(held_out))))


def deviations(points: np.ndarray) -> np.ndarray:
    """Standard deviation of each coordinate `(5,)`; 1 where it has none."""
    deviation = points.std(0)
    return np.where(deviation > 0, deviation, 1.0)


def _share_of_training(hits: Tensor, n_train: int, rng: torch.Generator) -> PermutationTest:
    """The share of `hits (records,)` on the first `n_train` records; 0 in all permutations where there are no hits."""
    hits = hits.double()
    # Records without hits need not be permuted one by one: only how many of them are held out matters.
    hit = hits[hits > 0]
    if not len(hit):
        return PermutationTest.of(torch.zeros(1 + N_PERMUTATIONS))
    shares = [hits[:n_train].sum() / hits.sum()]
    for _ in range(N_PERMUTATIONS):
        order = torch.randperm(len(hits), generator=rng)[: len(hit)]
        shares.append(hit[order < n_train].sum() / hits.sum())
    return PermutationTest.of(torch.stack(shares))
