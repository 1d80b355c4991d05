"""Which generated points may be exchanged for data, if the data hold no pixel twice.

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

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from data.coordinates import PLACES

# More points of a set do not make the tests better.
MOST_COMPARED = 5000
# The t that are tried, as shares of the largest one: a small t keeps more of the data, a large one more generated
# points. A larger one must lower the error by the factor WORTHWHILE, because it drops data.
TRADE_OFFS, WORTHWHILE = (0.0, 0.25, 0.5, 0.75, 1.0), 0.95
# Chances above 1 are cut off, which biases the comparison. The square of the share that is lost is weighed against the
# variance of the comparison, 1/n + 1/m, with this factor.
CUT_PENALTY = 6.0
# Fewer generated points are kept only where there are no more, at the price of this much error.
LEAST_KEPT, TOO_FEW = 50, 100.0
# Exponentials of larger numbers overflow.
LARGEST_EXPONENT = 600.0


class _Rule(NamedTuple):
    """The chances to keep a pixel `of_data (k,)`, a generated one `of_new (k,)`, and a point on a repeated pixel.

    `error` is, up to a factor, the variance of a comparison of what is kept, and its squared bias.
    """

    of_data: np.ndarray
    of_new: np.ndarray
    repeated: float
    error: float


def exchangeable(
    generated: np.ndarray, data: np.ndarray, n_reference: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the `generated (n, 5)` points and those of `data (m, 5)` that may be exchanged for each other.

    Returns the former, in random order, and which of the data are kept, `(m,)`. `n_reference` is the number of data
    points in the comparison; the choice balances it with the generated points. Where pixels of the data repeat as often
    as in independent draws, everything is kept; where less often, the rule applies to a random share of the pixels.
    """
    pixels, index = np.unique(codes(np.vstack([data, generated])[:, PLACES]), return_inverse=True)
    of_data, of_generated = index[: len(data)], index[len(data) :]
    in_data, drawn = (np.bincount(part, minlength=len(pixels)) for part in (of_data, of_generated))
    overlap = float((in_data[of_generated] > 0).mean())
    # Among independent draws, a point shares its pixel with another one as often as a generated point does.
    repeated = float((in_data[of_data] > 1).mean())
    once = rng.random(len(pixels)) >= (min(1.0, repeated / overlap) if overlap > 0 else float(repeated > 0))
    is_new = once & (in_data == 0) & (drawn > 0)

    s = len(generated) / _draws_taken(drawn, int((in_data > 0).sum()), overlap)
    n_repeated = int((~once[of_generated]).sum())
    rules = _rules(of_data, drawn, once, is_new, n_repeated, n_reference, s)
    rule = next(rules)
    for other in rules:
        if other.error < WORTHWHILE * rule.error:
            rule = other

    order = rng.permutation(len(generated))
    pixel = of_generated[order]
    is_first = np.zeros(len(generated), bool)
    is_first[np.unique(pixel, return_index=True)[1]] = True
    chance = np.where(once[pixel], is_first * is_new[pixel] * rule.of_new[pixel], rule.repeated)
    # The first occurrence of a pixel comes the earlier, the denser it is: shuffle again.
    survivors = rng.permutation(order[rng.random(len(generated)) < chance])
    return generated[survivors], rng.random(len(data)) < rule.of_data[of_data]


def _rules(
    of_data: np.ndarray,
    drawn: np.ndarray,
    once: np.ndarray,
    is_new: np.ndarray,
    n_repeated: int,
    n_reference: int,
    s: float,
) -> Iterator[_Rule]:
    """The rules for each t that is tried, and for each factor of proportionality at which a chance reaches 1.

    `drawn (k,)` counts the generated points on a pixel; formula (1) applies where it is taken `once (k,)`, and formula
    (2) where it `is_new (k,)`. `of_data (m,)` are the pixels of the data.
    """
    for t in np.array(TRADE_OFFS) * min(1, s):
        formula_1 = (1 - t / s) ** drawn
        # Times s, the chance of a pixel that was drawn once is about 1, as that of a point on a repeated pixel.
        formula_2 = s * (np.exp(np.minimum(drawn * np.log1p((1 - t) / s), LARGEST_EXPONENT)) - formula_1)
        data = np.where(once, formula_1, 1.0)
        n_data = data[of_data].mean() * n_reference
        values, number = np.unique(formula_2[is_new], return_counts=True)
        for factor in 1 / np.append(values, 1.0).clip(min=1):
            n_new = number @ np.minimum(factor * values, 1)
            share_cut = 1 - n_new / max(factor * (number @ values), 1e-9) if len(values) else 0.0
            n, m = np.array([n_data, n_new + factor * n_repeated]).clip(1e-9, MOST_COMPARED)
            # A generator that has collapsed onto a few pixels has counts that would cut nearly everything off.
            too_few = m < min(LEAST_KEPT, is_new.sum() + n_repeated)
            yield _Rule(
                data, factor * formula_2, factor, 1 / n + 1 / m + CUT_PENALTY * share_cut**2 + too_few * TOO_FEW
            )


def _draws_taken(drawn: np.ndarray, n_pixels: int, overlap: float) -> float:
    """How many independent draws hit `n_pixels` different pixels, when a set of draws hits them `drawn` times each.

    `overlap` is the chance that a further draw hits one of these pixels.
    """
    hits = drawn[drawn > 0]
    n = int(hits.sum())
    if len(hits) >= n_pixels:
        # Rarefaction: a share q of the draws is expected to hit sum(1 - (1 - q)^c) pixels.
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            enough = (1 - (1 - middle) ** hits).sum() >= n_pixels
            low, high = (low, middle) if enough else (middle, high)
        return n * high
    # A further draw hits a new pixel with a chance that falls exponentially, from Good's estimate to 1 - overlap.
    now, then = max((hits == 1).sum() / n, 1e-3), max(1 - overlap, 1e-3)
    mean = now if abs(now - then) < 1e-6 else (now - then) / np.log(now / then)
    return n + (n_pixels - len(hits)) / mean


def codes(rows: np.ndarray) -> np.ndarray:
    """One integer for each of `rows (n, k)`, equal where the rows are: a random linear map modulo 2^64."""
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, rows.shape[1]) | 1
    return rows.astype(np.int64) @ weights
