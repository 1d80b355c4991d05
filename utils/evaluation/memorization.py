"""Does a generator know which points it was trained on? Permutation tests over the records.

The split into training and held-out points is chance, and a generator that has not memorized single points does not
know it. So, whatever the data and the generated points, training and held-out points may be exchanged.
"""

import numpy as np
import torch
from torch import Tensor

from utils.evaluation.features import nearest
from utils.evaluation.figures import Figure
from utils.evaluation.pixels import codes
from utils.evaluation.two_sample import N_PERMUTATIONS, p_value


def memorization(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: torch.Generator
) -> tuple[Figure, float]:
    """Of the `generated (n, 5)` points, the share whose closest record is a training point; p of that of copies.

    The closest record is that of Platzer & Reutterer 2021 (arXiv 2104.00635), over coordinates divided by their
    standard deviations. A generated point that equals k records is counted as 1/k copy of each.
    """
    records = np.vstack([train, held_out])
    # Of records at the same distance, the first one found must not always be a training point.
    shuffled = torch.randperm(len(records), generator=rng).numpy()
    deviation = records.std(0)
    scale = np.where(deviation > 0, deviation, 1.0)
    x, known = (torch.from_numpy(points / scale).float() for points in (generated, records[shuffled]))
    hits = np.bincount(shuffled[nearest(x, known, 1)[1][:, 0].numpy()], minlength=len(records))
    closest, copied = (_shares(counts, len(train), rng) for counts in (hits, copies(generated, records)))
    return Figure(closest[0].item(), len(train) / len(records), p_value(closest)), p_value(copied)


def copies(generated: np.ndarray, records: np.ndarray) -> np.ndarray:
    """How often each of `records (n, 5)` is among the generated points; where k records are equal, 1/k of that."""
    values, index, multiplicity = np.unique(codes(records), return_inverse=True, return_counts=True)
    drawn = codes(generated)
    place = np.searchsorted(values, drawn).clip(max=len(values) - 1)
    hits = np.bincount(place[values[place] == drawn], minlength=len(values))
    return (hits / multiplicity)[index]


def _shares(hits: np.ndarray, n_train: int, rng: torch.Generator) -> Tensor:
    """The share of `hits (records,)` on the first `n_train` records, and on as many others of each permutation."""
    counts = torch.from_numpy(hits).double()
    # Records without hits need not be permuted one by one: only how many of them are held out matters.
    hit = counts[counts > 0]
    if not len(hit):
        return torch.zeros(1 + N_PERMUTATIONS)
    orders = [torch.randperm(len(counts), generator=rng)[: len(hit)] for _ in range(N_PERMUTATIONS)]
    of_training = [counts[:n_train].sum(), *(hit[order < n_train].sum() for order in orders)]
    return torch.stack(of_training) / counts.sum()
