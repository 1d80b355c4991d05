"""Does a generator know which points it was trained on? Permutation tests over the records.

The split into training and held-out points is chance, and a generator that has not memorized single points does not
know it. So, whatever it generates, training and held-out points may be exchanged. This holds for any data set, and it
takes into account how often a true point equals one of the data by chance: it equals held-out points as often.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from utils.evaluation.pixels import codes
from utils.evaluation.two_sample import N_PERMUTATIONS, PermutationTest, nearest, spread


class Memorization(NamedTuple):
    """Of the generated points whose closest record, or whose equal, is looked for: the share with a training point."""

    closest: PermutationTest
    copies: PermutationTest


def memorization(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: torch.Generator) -> Memorization:
    """Test both shares for `generated (n, 5)`, against what they are when `train` and `held_out` are exchanged.

    The closest record is that of Platzer & Reutterer 2021 (arXiv 2104.00635), over coordinates divided by their
    standard deviations. A generated point that equals k records is counted as 1/k copy of each.
    """
    records = np.vstack([train, held_out])
    # Of records at the same distance, the first one found must not always be a training point.
    shuffled = torch.randperm(len(records), generator=rng).numpy()
    scale = spread(records)
    x, known = (torch.from_numpy(points / scale).float() for points in (generated, records[shuffled]))
    closest = np.bincount(shuffled[nearest(x, known, 1)[1][:, 0].numpy()], minlength=len(records))
    return Memorization(
        *(_share_of_training(torch.from_numpy(hits), len(train), rng) for hits in (closest, copies(generated, records)))
    )


def copies(generated: np.ndarray, records: np.ndarray) -> np.ndarray:
    """How often each of `records (n, 5)` is among the generated points; where k records are equal, 1/k of that."""
    values, index, multiplicity = np.unique(codes(records), return_inverse=True, return_counts=True)
    drawn = codes(generated)
    place = np.searchsorted(values, drawn).clip(max=len(values) - 1)
    hits = np.bincount(place[values[place] == drawn], minlength=len(values))
    return (hits / multiplicity)[index]


def _share_of_training(hits: Tensor, n_train: int, rng: torch.Generator) -> PermutationTest:
    """The share of `hits (records,)` on the first `n_train` records; 0 in all permutations where there are no hits."""
    hits = hits.double()
    # Records without hits need not be permuted one by one: which others are held out is all that matters.
    hit = hits[hits > 0]
    if not len(hit):
        return PermutationTest.of(torch.zeros(1 + N_PERMUTATIONS))
    shares = [hits[:n_train].sum() / hits.sum()]
    for _ in range(N_PERMUTATIONS):
        order = torch.randperm(len(hits), generator=rng)[: len(hit)]
        shares.append(hit[order < n_train].sum() / hits.sum())
    return PermutationTest.of(torch.stack(shares))
