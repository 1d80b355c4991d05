"""Which generated points may be compared with data: those for which only chance decides to which set they belong."""

from typing import NamedTuple

import numpy as np

from data import PLACES


class Comparable(NamedTuple):
    """Points `(n, 5)` that may be compared, in random order."""

    generated: np.ndarray
    held_out: np.ndarray  # to tell generated ones from
    data: np.ndarray  # those with the density that generated ones should have
    known: np.ndarray  # training points, to measure both against
    n_pixels: int = 0  # if the generator has collapsed: onto so few


def comparable(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, rng: np.random.Generator) -> Comparable:
    """The points to compare, of those `generated (n, 5)` and of a split of the data.

    Two samples without replacement, each with a probability that is a product over its pixels, are as likely after a
    pixel that only one holds is exchanged for one that only the other holds.
    """
    generated, data = rng.permutation(generated), np.vstack([train, held_out])
    drawn, pixels = codes(generated[:, PLACES]), codes(data[:, PLACES])
    # Where each pixel occurs first.
    of_data, of_generated = (np.sort(np.unique(each, return_index=True)[1]) for each in (pixels, drawn))
    shared, repeated = np.isin(drawn, pixels).mean(), 1 - len(of_data) / len(data)
    # Among independent draws, points share their pixel with earlier ones about half as often as with all others.
    if repeated > shared / 4:
        return Comparable(generated, held_out, data, train)
    # Where data hold every pixel, most have neighbors; generated points that are copies of `train` miss `held_out`.
    beside = np.mean([np.isin(codes(data[:, PLACES] + step), pixels) for step in ((0, 1), (1, 0))])
    of_held_out = np.isin(drawn, pixels[len(train) :]).mean()
    if shared > 0.9 and beside > 2 / 3 and of_held_out > 0.5 * len(held_out) / len(data):
        real = data[rng.integers(0, len(data), len(generated))]
        return Comparable(generated, real, real, train)

    chosen, n_pixels = of_generated[: len(of_data)], 0
    if (n := len(chosen)) < len(of_data):
        # Points of a generator share pixels with each other hardly more often than with as many pixels of data.
        n_pixels = n if 1 - n / len(generated) > 0.1 + shared * min(1, 2 * n / len(of_data)) else 0
        # Fewer draws fill the dense places less. Where data are left out at random, they do so about half as much.
        of_data = rng.choice(of_data, (n + len(of_data)) // 2, replace=False)
    # The first point on a pixel comes the earlier, the denser its place is: shuffle again.
    chosen, of_data = rng.permutation(chosen), rng.permutation(of_data)
    generated = generated[chosen[~np.isin(drawn[chosen], pixels[of_data])]]
    known, left = train[of_data[of_data < len(train)]], of_data[~np.isin(pixels[of_data], drawn[chosen])]
    return Comparable(generated, data[left[left >= len(train)]], data[left], known, n_pixels)


def codes(rows: np.ndarray) -> np.ndarray:
    """One integer for each of `rows (n, k)`, equal where the rows are: a random linear map modulo 2^64."""
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, rows.shape[1]) | 1
    return rows.astype(np.int64) @ weights
