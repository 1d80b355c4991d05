"""How good is the evidence? What the evaluation says of points whose faults are known, on many kinds of data sets.

    python -m benchmarks.power [--true N] [--faults N] [KIND ...]      N seeds each; all kinds without any named

Each seed is another data set and another set of generated points. Prints a table: how often true points
are refused or called memorized, and how often each fault is. Needs scikit-learn and SciPy.
"""

import sys
from collections.abc import Callable

import numpy as np

from benchmarks.command import print_head, print_row
from benchmarks.worlds import World, flat, gray, landscape, one_color, smooth, two_places
from data import COLORS, PLACES
from data.drawing import glyph_mask
from utils.evaluation.evaluate import evaluate
from utils.evaluation.verdict import Evaluation
from utils.system.program import Parser, run_program


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


# Turns points `(n, 5)` of a world into others.
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


def _tinted(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    points[:, COLORS] += rng.integers(-3, 4, (len(points), 3))
    return points


# Faults of true points; and None for copies of the training points.
FAULTS: dict[str, Fault | None] = {
    "colors exchanged at random": lambda points, world, rng: np.hstack([points[:, :2], rng.permutation(points[:, 2:])]),
    "density from 0.8 on the left to 1.2 on the right": _tilted,
    "0.5% of the points anywhere in the picture": _strays,
    "a twentieth of the places without points": _missing_part,
    "places moved by a normal step of 3 pixels": _blurred_places,
    "each channel off by up to 3 levels": _tinted,
    "the training points themselves": None,
}


def judged(world: World, fault: Fault | None, seed: int) -> Evaluation:
    """The evaluation of generated points with this `fault`."""
    rng = np.random.default_rng(seed)
    data = rng.permutation(world.data(rng))
    held_out, train = np.split(data, [len(data) // 10])
    if fault is None:
        return evaluate(train, train, held_out)
    highest = [*np.array(world.weights.shape) - 1, 255, 255, 255]
    return evaluate(fault(world.draw(10_000, rng), world, rng)[:5000].clip(0, highest), train, held_out)


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = Parser("python -m benchmarks.power", "What the evaluation says of points whose faults are known.")
    parser.add_argument("--true", type=int, default=40, metavar="N", help="seeds of true points (%(default)s)")
    parser.add_argument("--faults", type=int, default=20, metavar="N", help="seeds of each fault (%(default)s)")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="names of data sets")
    options, worlds = parser.parse_args(arguments), kinds()
    if unknown := set(options.kinds) - set(worlds):
        parser.error(f"there is no {unknown.pop()!r}; the kinds are {', '.join(worlds)}")
    worlds = {name: worlds[name] for name in options.kinds or worlds}

    print_head("of each, refused / called memorized", *worlds)
    rows = {"true points": (lambda points, world, rng: points, range(options.true))}
    rows |= {name: (fault, range(500, 500 + options.faults)) for name, fault in FAULTS.items()}
    for name, (fault, seeds) in rows.items():
        results = ([judged(world, fault, seed) for seed in seeds] for world in worlds.values())
        counts = ((sum(each.is_refused for each in part), sum(each.is_memorized for each in part)) for part in results)
        print_row(f"{name}, {len(seeds)} sets", *(f"{refused} / {memorized}" for refused, memorized in counts))


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
