"""Which generated points may be exchanged for data, where the data hold no pixel twice.

Independent draws may hit a pixel twice; the pixels of a data set are usually drawn without replacement. Let a be the
expected number of draws of a pixel while the data set was drawn, and let the number of draws be Poisson. The data hold
the pixel, once, with probability 1 - exp(-a). Among n generated points it occurs c times, and c is Poisson with mean
s a, where s = n / (number of draws that the data took). For every t in [0, min(1, s)],

    E[(1 - t/s)^c]                             = exp(-t a)                                                  (1)
    E[(1 + (1 - t)/s)^c - (1 - t/s)^c]         = exp(-t a) (exp(a) - 1)                                     (2)

A pixel of the data is kept with the chance inside (1). A generated pixel that the data do not hold, which happens with
probability exp(-a), is kept with a chance proportional to that inside (2). Both ways, a pixel is kept with probability
proportional to exp(-t a) (1 - exp(-a)), and never both ways at once. So labels may be exchanged, whatever the density.
"""

from typing import NamedTuple

import numpy as np

from data.coordinates import PLACES

# Chances above 1 are cut off, which loses a share of the total. Its square counts so much against variances.
CUT_PENALTY = 6.0
# Keep at least so many generated points, if there are, whatever is cut off.
LEAST_KEPT = 50
# The t tried, as shares of the largest one: a small t keeps more of the data, a large one more generated points.
TRADE_OFFS = (0.0, 0.25, 0.5, 0.75, 1.0)
# More points than this of a set do not make the tests better.
ENOUGH = 5000
# Exponentials of larger numbers overflow.
LARGEST_EXPONENT = 600.0


class Exchangeable(NamedTuple):
    """Points whose labels may be exchanged: the `generated (k, 5)`, in random order, and the data where `kept (m,)`."""

    generated: np.ndarray
    kept: np.ndarray


def exchangeable(generated: np.ndarray, data: np.ndarray, n_reference: int, rng: np.random.Generator) -> Exchangeable:
    """Choose the `generated (n, 5)` points and those of `data (m, 5)` that may be exchanged for each other.

    `n_reference` is the number of data points in the comparison; the choice balances it with the generated points.
    Where pixels of the data repeat as often as in independent draws, everything is kept. Where they repeat less often,
    the rule applies to a random share of the pixels.
    """
    pixels, index = np.unique(codes(np.vstack([data, generated])[:, PLACES]), return_inverse=True)
    of_data, of_generated = index[: len(data)], index[len(data) :]
    in_data, count = (np.bincount(part, minlength=len(pixels)) for part in (of_data, of_generated))
    overlap = float((in_data[of_generated] > 0).mean())
    # Among independent draws, a point shares its pixel with another one as often as a generated point does.
    repeated = float((in_data[of_data] > 1).mean())
    freely = min(1.0, repeated / overlap) if overlap > 0 else float(repeated > 0)
    once = rng.random(len(pixels)) >= freely

    ratio = len(generated) / _draws_taken(count, int((in_data > 0).sum()), overlap)
    fresh = once & (in_data == 0) & (count > 0)
    n_free = int((~once[of_generated]).sum())
    smallest_error = np.inf
    for t in np.array(TRADE_OFFS) * min(1, ratio):
        unseen = (1 - t / ratio) ** count
        keep_data = np.where(once, unseen, 1.0)
        # Times the ratio, a pixel's chance is about 1 where it was drawn once: as that of a point that is free.
        weight = ratio * (np.exp(np.minimum(count * np.log1p((1 - t) / ratio), LARGEST_EXPONENT)) - unseen)
        n_data = keep_data[of_data].mean() * n_reference
        values, number = np.unique(weight[fresh], return_counts=True)
        for factor in 1 / np.append(values, 1.0).clip(min=1):
            chance, total = np.minimum(factor * values, 1), factor * (number @ values)
            cut = 1 - number @ chance / max(total, 1e-9) if len(values) else 0.0
            sizes = np.array([n_data, number @ chance + factor * n_free]).clip(1e-9, ENOUGH)
            error = (1 / sizes).sum() + CUT_PENALTY * cut**2
            # A generator that has collapsed onto a few pixels has counts that would cut nearly everything off.
            if sizes[1] < min(LEAST_KEPT, fresh.sum() + n_free):
                error += 100
            # Prefer to keep the data unless there is something to gain.
            if error < 0.95 * smallest_error:
                smallest_error, chosen = error, (keep_data, factor * weight, factor)
    keep_data, keep_generated, factor = chosen

    shuffled = rng.permutation(len(generated))
    of_generated = of_generated[shuffled]
    is_first = np.zeros(len(generated), bool)
    is_first[np.unique(of_generated, return_index=True)[1]] = True
    chance = np.where(once[of_generated], is_first * fresh[of_generated] * keep_generated[of_generated], factor)
    # The first occurrence of a pixel comes the earlier, the denser it is: shuffle again.
    survivors = rng.permutation(shuffled[rng.random(len(generated)) < chance])
    return Exchangeable(generated[survivors], rng.random(len(data)) < keep_data[of_data])


def codes(rows: np.ndarray) -> np.ndarray:
    """One integer for each of `rows (n, k)`, equal where the rows are: a random linear map modulo 2^64."""
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, rows.shape[1]) | 1
    return rows.astype(np.int64) @ weights


def _draws_taken(count: np.ndarray, n_pixels: int, overlap: float) -> float:
    """How many independent draws hit `n_pixels` different pixels, when a set of draws hits them `count` times each.

    `overlap` is the chance that a further draw hits one of these pixels.
    """
    drawn = count[count > 0]
    n = int(drawn.sum())
    if len(drawn) >= n_pixels:
        # Rarefaction: a share q of the draws is expected to hit sum(1 - (1 - q)^c) pixels.
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            enough = (1 - (1 - middle) ** drawn).sum() >= n_pixels
            low, high = (low, middle) if enough else (middle, high)
        return n * high
    # A further draw hits a new pixel with a chance that falls exponentially, from Good's estimate to 1 - overlap.
    now, then = max((drawn == 1).sum() / n, 1e-3), max(1 - overlap, 1e-3)
    mean = now if abs(now - then) < 1e-6 else (now - then) / np.log(now / then)
    return n + (n_pixels - len(drawn)) / mean
