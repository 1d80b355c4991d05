"""Do generated points come from the distribution of the data?

Points are integers `(n, 5)`: x, y, r, g, b. docs/evaluation.md has the definition and the source of each figure, why
its p-value is exact, and how well it finds faults.
"""

from collections.abc import Callable

import numpy as np

from data.coordinates import NAMES
from utils.evaluation.families import Chance, against_all, against_held_out, outliers
from utils.evaluation.figure import Figure
from utils.evaluation.figures import FIGURES, n_families
from utils.evaluation.memorization import memorization
from utils.evaluation.pixels import MOST_COMPARED, exchangeable
from utils.evaluation.result import Evaluation
from utils.evaluation.two_sample import ks_distance

# Larger sets are replaced by random subsets.
MOST_POINTS, MOST_RECORDS = 500_000, 50_000
# No test can find anything in fewer points.
LEAST = 20
# Where few of the generated points may be compared, more are drawn: up to this many times as many.
MOST_DRAWN = 16
DrawMore = Callable[[int], np.ndarray]


def evaluate(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, seed: int = 0, draw_more: DrawMore | None = None
) -> Evaluation:
    """All figures of the `generated (n, 5)` points.

    `train (m, 5)` and `held_out (k, 5)` are a random split of the data. `draw_more(n)` draws n further generated
    points; it is called where too few of the `generated` ones may be compared with data. `seed` fixes the permutations.
    """
    chance = Chance.of(seed)
    sets = generated, train, held_out = [
        chance.subset(np.asarray(points), MOST_POINTS) for points in (generated, train, held_out)
    ]
    ks = {
        name: Figure(ks_distance(ours, reference), real=ks_distance(theirs, reference))
        for name, ours, theirs, reference in zip(NAMES, generated.T, train.T, held_out.T, strict=True)
    }
    figures = {key: row.measure(*sets) for key, row in FIGURES.items() if row.measure}
    figures = {key: figure.corrected(n_families()) for key, figure in figures.items()}
    figures["largest_ks"] = max(ks.values(), key=lambda figure: figure.value)
    n_compared = classifier = None
    if min(map(len, sets)) >= LEAST:
        records = chance.subset(train, MOST_RECORDS), chance.subset(held_out, MOST_RECORDS // 10)
        memorized = memorization(chance.subset(generated, MOST_COMPARED), *records, chance.torch)
        closest, share = memorized["closest_is_training"], len(records[0]) / sum(map(len, records))
        figures["closest_is_training"] = Figure(closest.value, real=share, p=closest.p)
        figures["copies"] = figures["copies"]._replace(p=memorized["copies"].p)

        comparable = _comparable(generated, train, held_out, chance, draw_more)
        n_compared = min(len(comparable[0]), MOST_COMPARED)
        if min(map(len, comparable)) >= LEAST:
            compared, some_held_out = comparable[0][:MOST_COMPARED], chance.subset(comparable[2], MOST_COMPARED)
            tested, classifier = against_held_out(compared, train, some_held_out, chance)
            figures |= tested | against_all(compared, np.vstack(comparable[1:]), chance)
            figures |= outliers(generated, train, held_out, chance)
    return Evaluation(len(generated), len(held_out), n_compared, figures, ks, classifier)


def _comparable(
    generated: np.ndarray, train: np.ndarray, held_out: np.ndarray, chance: Chance, draw_more: DrawMore | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those generated, training and held-out points whose labels may be exchanged."""
    data = np.vstack([train, held_out])
    wanted, most = min(len(generated), 2 * len(held_out)), min(MOST_DRAWN * len(generated), MOST_POINTS)
    while True:
        points, kept = exchangeable(generated, data, len(held_out), chance.numpy)
        enough = len(points) >= wanted and kept.mean() > 0.9
        if enough or draw_more is None or len(generated) >= most:
            return points, train[kept[: len(train)]], held_out[kept[len(train) :]]
        generated = np.vstack([generated, draw_more(3 * len(generated))])
