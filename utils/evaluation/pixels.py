"""The generated points that may be exchanged for data, even if the data hold no pixel twice.

docs/evaluation.md derives the probabilities; s and t are named as there.
"""

import numpy as np

from data.coordinates import PLACES

# More points of a set do not make the tests better.
MOST_COMPARED = 5000


def exchangeable(
    generated: np.ndarray, data: np.ndarray, n_reference: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the `generated (n, 5)` points and those of `data (m, 5)` that may be exchanged for each other.

    Returns the former, in random order, and a mask `(m,)` of the data that are kept. The choice balances their number
    with that of the `n_reference` data points of the comparison.
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
    keeps_data, keeps_new, keeps_repeated = _probabilities(of_data, drawn, once, is_new, n_reference, s)
    order = rng.permutation(len(generated))
    pixel = of_generated[order]
    is_first = np.zeros(len(generated), bool)
    is_first[np.unique(pixel, return_index=True)[1]] = True
    chance = np.where(once[pixel], is_first * is_new[pixel] * keeps_new[pixel], keeps_repeated)
    # The first occurrence of a pixel comes the earlier, the denser it is: shuffle again.
    survivors = rng.permutation(order[rng.random(len(generated)) < chance])
    return generated[survivors], rng.random(len(data)) < keeps_data[of_data]


def _probabilities(
    of_data: np.ndarray, drawn: np.ndarray, once: np.ndarray, is_new: np.ndarray, n_reference: int, s: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """The probabilities to keep each pixel of the data, each generated one `(k,)`, and points on repeated pixels.

    `of_data (m,)` are the pixels of the data; `drawn (k,)` counts the generated points on a pixel. The formula for data
    applies where a pixel is taken `once (k,)`, that for generated points where it `is_new (k,)`. t and the factor of
    proportionality minimize the variance plus squared bias of the comparison.
    """
    n_repeated, least_error = drawn[~once].sum(), np.inf
    for t in np.linspace(0, 1, 5) * min(1, s):
        keeps_data = (1 - t / s) ** drawn
        # Times s, the probability of a pixel that was drawn once is about 1, as that of a point on a repeated pixel.
        # Exponentials of more than 600 might overflow.
        keeps_new = s * (np.exp(np.minimum(drawn * np.log1p((1 - t) / s), 600.0)) - keeps_data)
        keeps_data = np.where(once, keeps_data, 1.0)
        n_data = keeps_data[of_data].mean() * n_reference
        values, number = np.unique(keeps_new[is_new], return_counts=True)
        # The factors at which some probability reaches 1.
        for factor in 1 / np.append(values, 1.0).clip(min=1):
            n_new = number @ np.minimum(factor * values, 1)
            share_cut = 1 - n_new / max(factor * (number @ values), 1e-9) if len(values) else 0.0
            n, m = np.array([n_data, n_new + factor * n_repeated]).clip(1e-9, MOST_COMPARED)
            # A generator that has collapsed onto a few pixels has counts that would cut nearly everything off.
            too_few = m < min(50, is_new.sum() + n_repeated)
            error = 1 / n + 1 / m + 6 * share_cut**2 + 100 * too_few
            # A larger t keeps fewer data, so it must be worth it.
            if error < 0.95 * least_error:
                least_error, best = error, (keeps_data, factor * keeps_new, factor)
    return best


def _draws_taken(drawn: np.ndarray, n_pixels: int, overlap: float) -> float:
    """How many independent draws hit `n_pixels` pixels, of which a further draw hits one with probability `overlap`.

    It is estimated from a set of draws that hits each pixel `drawn (k,)` times.
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
