"""Which generated points may be compared with data: those for which only chance decides to which set they belong.

The pixels of a data set are usually drawn without replacement: none occurs twice, and dense places have fewer points
than independent draws would put there. So pixels are chosen from the generated points in the same way.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from data.coordinates import PLACES

DrawMore = Callable[[int], np.ndarray]
# Larger sets are replaced by random subsets: they take longer to search, and hardly improve a test.
MOST_POINTS = 500_000


class Comparable(NamedTuple):
    """Points `(n, 5)` that may be compared, in random order.

    generated, held_out, data: generated points, those to tell them from, and those with their density.
    known: training points, to measure both against.
    rule: "all" where nothing had to be left out; "distinct" where pixels that both sets hold are; "census" where the
        data hold every pixel, so that they are the distribution, and draws from them stand for real points.
    n_pixels: how many pixels the generator knows, if they are so few that it has collapsed.
    """

    generated: np.ndarray
    held_out: np.ndarray
    data: np.ndarray
    known: np.ndarray
    rule: str
    n_pixels: int | None = None


def comparable(
    generated: np.ndarray,
    train: np.ndarray,
    held_out: np.ndarray,
    rng: np.random.Generator,
    draw_more: DrawMore | None = None,
) -> Comparable:
    """The points to compare, of those `generated (n, 5)` or drawn with `draw_more(n)`, and of a split of the data.

    Two samples without replacement, each with a probability that is a product over its pixels, are as likely after a
    pixel that only one holds is exchanged for one that only the other holds.
    """
    data = np.vstack([train, held_out])
    pixels, drawn = codes(data[:, PLACES]), codes(generated[:, PLACES])
    one_each = one_of_each(pixels)
    overlap, repeated = np.isin(drawn, pixels).mean(), 1 - len(one_each) / len(data)
    # Among independent draws, points share their pixel with earlier ones about half as often as with all others.
    if repeated > overlap / 4:
        return Comparable(rng.permutation(generated), held_out, data, train, "all")
    if overlap > 0.9 and _is_census(data[:, PLACES], drawn, pixels[len(train) :]):
        real = data[rng.integers(0, len(data), min(len(generated), MOST_POINTS))]
        return Comparable(rng.permutation(generated), real, real, train, "census")

    most = min(max(16 * len(generated), 20_000), MOST_POINTS)
    while draw_more and len(one_of_each(drawn)) < len(one_each) and len(generated) < most:
        generated = np.vstack([generated, draw_more(len(generated))])
        drawn = codes(generated[:, PLACES])
    order = rng.permutation(len(generated))
    chosen = order[one_of_each(drawn[order])[: len(one_each)]]
    n, n_pixels = len(chosen), None
    if n < len(one_each):
        # Points of a generator share pixels with each other hardly more often than with as many pixels of data.
        if 1 - n / len(generated) > 0.1 + overlap * min(1, 2 * n / len(one_each)):
            n_pixels = n
        # Fewer draws fill the dense places less. Where data are left out at random, they do so about half as much.
        one_each = rng.choice(one_each, (n + len(one_each)) // 2, replace=False)
    # The first occurrence of a pixel comes the earlier, the denser it is: shuffle again.
    chosen, one_each = rng.permutation(chosen), rng.permutation(one_each)
    known, of_data = train[one_each[one_each < len(train)]], pixels[one_each]
    only_data = one_each[~np.isin(of_data, drawn[chosen])]
    only_held_out = only_data[only_data >= len(train)]
    only_generated = generated[chosen[~np.isin(drawn[chosen], of_data)]]
    return Comparable(only_generated, data[only_held_out], data[only_data], known, "distinct", n_pixels)


def _is_census(places: np.ndarray, drawn: np.ndarray, held_out: np.ndarray) -> bool:
    """Whether the data at `places (n, 2)` seem to hold every pixel of a figure, and not to have been copied.

    `drawn (m,)` and `held_out (k,)` are the codes of pixels of generated and held-out points.
    """
    pixels = codes(places)
    beside = [np.isin(codes(places + step), pixels).mean() for step in ((0, 1), (0, -1), (1, 0), (-1, 0))]
    return bool(np.mean(beside) > 2 / 3 and np.isin(drawn, held_out).mean() > 0.5 * len(held_out) / len(places))


def one_of_each(values: np.ndarray) -> np.ndarray:
    """Where each of the different `values (n,)` occurs first, ascending."""
    return np.sort(np.unique(values, return_index=True)[1])


def codes(rows: np.ndarray) -> np.ndarray:
    """One integer for each of `rows (n, k)`, equal where the rows are: a random linear map modulo 2^64."""
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, rows.shape[1]) | 1
    return rows.astype(np.int64) @ weights
