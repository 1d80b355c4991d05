"""How good is the evidence? What the evaluation says of points whose faults are known, on many kinds of data sets.

    python -m benchmarks.power [--true N] [--faults N] [KIND ...]      N seeds each; all kinds without any named

Each seed is another data set and another set of generated points. Prints two tables in Markdown: how often true points
are refused or called memorized, and how often each fault is noticed. Needs scikit-learn and SciPy.
"""

import sys
from collections.abc import Callable, Iterable

import numpy as np
from scipy.spatial import cKDTree
from sklearn.mixture import GaussianMixture

from benchmarks.worlds import World, flat, gray, landscape, one_color, smooth, two_places
from data import COLORS, PLACES
from data.drawing import glyph_mask
from utils.evaluation.evaluate import evaluate
from utils.evaluation.verdict import Evaluation
from utils.system.program import Parser, run_program

N_GENERATED = 5000


def kinds() -> dict[str, World]:
    """The data sets, by name."""
    return {
        "sparse glyph, JPEG": World(glyph_mask("π"), smooth, stored="JPEG"),
        "dense text, JPEG": World(glyph_mask("VAE"), smooth, stored="JPEG"),
        "JPEG of quality 75, subsampled color": World(glyph_mask("π"), smooth, stored="JPEG 75"),
        "gray glyph, PNG": World(glyph_mask("S"), gray),
        "gray glyph, JPEG": World(glyph_mask("ξ"), gray, stored="JPEG"),
        "flat colors, hard borders": World(glyph_mask("R"), flat),
        "one color": World(glyph_mask("&"), one_color),
        "photo, portrait": World(*landscape(300, 200)),
        "photo, landscape, dense": World(*landscape(80, 120)),
        "photo, 300 points": World(*landscape(200, 300), n=300),
        "repeated pixels": World(*landscape(60, 90), repeats=True),
        "two places only": World(two_places(), smooth, repeats=True),
    }


# Turns points `(n, 5)` of a world, or its training points, into others.
Fault = Callable[[np.ndarray, World, np.random.Generator], np.ndarray]


def _tilted(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    low, high = np.flatnonzero(world.weights.sum(0))[[0, -1]]
    across = (points[:, 1] - low) / max(1, high - low)
    return points[1.2 * rng.random(len(points)) < 0.8 + 0.4 * across]


def _strays(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    is_stray = rng.random(len(points)) < 0.005
    points[is_stray, PLACES] = rng.integers(0, world.weights.shape, (is_stray.sum(), 2))
    return points


def _missing_part(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    # The same part each time.
    center = world.draw(1, np.random.default_rng(5))[0, PLACES]
    distance = np.hypot(*(points[:, PLACES] - center).T)
    return points[distance > np.quantile(distance, 0.05)]


def _blurred_places(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    points[:, PLACES] += rng.normal(0, 3, (len(points), 2)).round().astype(int)
    return points


def _blurred_borders(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    moved = points[:, PLACES] + rng.normal(0, 10, (len(points), 2))
    return np.column_stack([points[:, PLACES], points[cKDTree(points[:, PLACES]).query(moved)[1]][:, COLORS]])


def _tinted(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    points[:, COLORS] += rng.integers(-3, 4, (len(points), 3))
    return points


def _normals(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    mixture = GaussianMixture(5, random_state=0, reg_covar=1e-3, max_iter=30).fit(train + 0.5)
    return np.floor(rng.permutation(mixture.sample(N_GENERATED)[0])).astype(int)


def _kernel_density(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    points = train[rng.integers(0, len(train), N_GENERATED)] + 0.5
    return np.floor(points + rng.normal(0, 0.05, points.shape) * train.std(0)).astype(int)


FROM_TRUE: dict[str, Fault] = {
    "colors exchanged at random": lambda points, world, rng: np.hstack([points[:, :2], rng.permutation(points[:, 2:])]),
    "density from 0.8 on the left to 1.2 on the right": _tilted,
    "0.5% of the points anywhere in the picture": _strays,
    "a twentieth of the places without points": _missing_part,
    "places moved by a normal step of 3 pixels": _blurred_places,
    "the color of a place 10 pixels off (normal step)": _blurred_borders,
    "each channel off by up to 3 levels": _tinted,
}
FROM_TRAINING: dict[str, Fault] = {
    "a mixture of 5 normals, fitted": _normals,
    "training points moved by 0.05 standard deviations": _kernel_density,
    "the training points themselves": lambda train, world, rng: train,
}


def judged(world: World, name: str, seed: int) -> Evaluation:
    """The evaluation of generated points with the fault of this `name`, or of true ones."""
    rng = np.random.default_rng(seed)
    data = rng.permutation(world.data(rng))
    n = len(data) // 10
    held_out, train = data[:n], data[n:]
    highest = [*np.array(world.weights.shape) - 1, 255, 255, 255]

    if name in FROM_TRAINING:
        generated = FROM_TRAINING[name](train, world, rng)
    else:
        fault = FROM_TRUE.get(name, lambda points, world, rng: points)
        generated = fault(world.draw(2 * N_GENERATED, rng), world, rng)[:N_GENERATED]
    return evaluate(generated.clip(0, highest), train, held_out)


def main(arguments: list[str]) -> None:
    """Print both tables."""
    parser = Parser("python -m benchmarks.power", "What the evaluation says of points whose faults are known.")
    parser.add_argument("--true", type=int, default=40, metavar="N", help="seeds of true points (%(default)s)")
    parser.add_argument("--faults", type=int, default=20, metavar="N", help="seeds of each fault (%(default)s)")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="names of data sets")
    options, worlds = parser.parse_args(arguments), kinds()
    if unknown := set(options.kinds) - set(worlds):
        parser.error(f"there is no {unknown.pop()!r}; the kinds are {', '.join(worlds)}")
    worlds = {name: worlds[name] for name in options.kinds or worlds}

    def table(names: Iterable[str], n: int, first_seed: int) -> None:
        print(f"\nOf {n} sets, refused / called memorized:\n\n| points | {' | '.join(worlds)} |")
        print("| --- |" + " --- |" * len(worlds))
        for name in names:
            print(f"| {name} |", end="", flush=True)
            for world in worlds.values():
                results = [judged(world, name, first_seed + seed) for seed in range(n)]
                counts = sum(r.is_refused for r in results), sum(r.is_memorized for r in results)
                print(" {} / {} |".format(*counts), end="", flush=True)
            print()

    table(["true points"], options.true, 0)
    table(FROM_TRUE | FROM_TRAINING, options.faults, 500)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
