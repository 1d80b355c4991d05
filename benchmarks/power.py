"""How good is the evidence? What the evaluation says of points whose faults are known, on many kinds of data sets.

    python -m benchmarks.power [--true N] [--faults N] [KIND ...]      N seeds each; all kinds without any named

Each seed is another data set and another set of generated points. Prints two tables in Markdown: how often true points
are refused or called memorized, and how often each fault is noticed. Needs scikit-learn and SciPy.
"""

import argparse
from collections.abc import Callable

import numpy as np
import torch
from scipy.spatial import cKDTree
from sklearn.mixture import GaussianMixture
from torch import nn

from benchmarks.worlds import World, flat, gray, landscape, one_color, smooth, two_places
from data.coordinates import COLORS, PLACES
from data.drawing import glyph_mask
from utils.evaluation.evaluate import evaluate
from utils.evaluation.result import Evaluation

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


Fault = Callable[[np.ndarray, World, np.random.Generator], np.ndarray]


def blurred_places(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """places moved by a normal step of 3 pixels"""
    points[:, PLACES] += rng.normal(0, 3, (len(points), 2)).round().astype(int)
    return _inside(points, world)


def shuffled_colors(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """colors exchanged at random"""
    points[:, COLORS] = rng.permutation(points[:, COLORS])
    return points


def blurred_borders(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """the color of a place 10 pixels off (normal step)"""
    moved = points[:, PLACES] + rng.normal(0, 10, (len(points), 2))
    closest = cKDTree(points[:, PLACES]).query(moved)[1]
    points[:, COLORS] = points[closest][:, COLORS]
    return points


def tinted(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """each channel off by up to 3 levels"""
    points[:, COLORS] += rng.integers(-3, 4, (len(points), 3))
    return _inside(points, world)


def strays(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """0.5% of the points anywhere in the picture"""
    stray = rng.random(len(points)) < 0.005
    points[stray, PLACES] = rng.integers(0, world.weights.shape, (stray.sum(), 2))
    return points


def missing_part(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """a twentieth of the places without points"""
    return points[~_part(world, points)]


def doubled_part(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """a twentieth of the places with twice the density"""
    return points[_part(world, points) | (rng.random(len(points)) < 0.5)]


def tilted(points: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """density from 0.8 on the left to 1.2 on the right"""
    low, high = np.flatnonzero(world.weights.sum(0))[[0, -1]]
    across = (points[:, 1] - low) / max(1, high - low)
    return points[1.2 * rng.random(len(points)) < 0.8 + 0.4 * across]


def _part(world: World, points: np.ndarray) -> np.ndarray:
    """Which `points` lie in the twentieth of the density closest to a place inside, which is the same in each call."""
    rows, columns = np.nonzero(world.weights)
    p = world.weights[rows, columns] / world.weights.sum()
    center = np.random.default_rng(5).choice(len(rows), p=p)
    distance = np.hypot(rows - rows[center], columns - columns[center])
    order = distance.argsort()
    radius = distance[order][np.searchsorted(p[order].cumsum(), 0.05)]
    return np.hypot(points[:, 0] - rows[center], points[:, 1] - columns[center]) <= radius


def gaussian_mixture(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """a mixture of 5 normals, fitted"""
    mixture = GaussianMixture(5, random_state=0, reg_covar=1e-3, max_iter=30).fit(train + 0.5)
    return _inside(np.floor(rng.permutation(mixture.sample(N_GENERATED)[0])).astype(int), world)


def textbook_vae(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """a VAE with squared error and N(0, I), trained"""
    torch.manual_seed(0)
    scale, mean = (torch.from_numpy(values).float() for values in (deviations(train), train.mean(0)))
    x = (torch.from_numpy(train).float() - mean) / scale
    encoder = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 2 * 4))
    decoder = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 5))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 3e-3)
    for _ in range(500):
        batch = x[torch.randint(len(x), (200,))]
        center, log_variance = encoder(batch).chunk(2, dim=1)
        z = center + (0.5 * log_variance).exp() * torch.randn_like(center)
        kl = 0.5 * (center.square() + log_variance.exp() - log_variance - 1).sum(1)
        loss = ((decoder(z) - batch).square().sum(1) + kl).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return _inside(np.floor((decoder(torch.randn(N_GENERATED, 4)) * scale + mean).numpy()).astype(int), world)


def kernel_density(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """training points moved by 0.05 standard deviations"""
    points = train[rng.integers(0, len(train), N_GENERATED)] + 0.5
    return _inside(np.floor(points + rng.normal(0, 0.05, points.shape) * deviations(train)).astype(int), world)


def handed_back(train: np.ndarray, world: World, rng: np.random.Generator) -> np.ndarray:
    """the training points themselves"""
    return train


def deviations(points: np.ndarray) -> np.ndarray:
    """The standard deviation of each coordinate `(5,)`; 1 where it has none."""
    deviation = points.std(0)
    return np.where(deviation > 0, deviation, 1.0)


def _inside(points: np.ndarray, world: World) -> np.ndarray:
    height, width = world.weights.shape
    return points.clip(0, [height - 1, width - 1, 255, 255, 255])


# What is made from true points, and what from the training points.
FROM_TRUE: tuple[Fault, ...] = (
    blurred_places,
    shuffled_colors,
    blurred_borders,
    tinted,
    strays,
    missing_part,
    doubled_part,
    tilted,
)
FROM_TRAINING: tuple[Fault, ...] = (gaussian_mixture, textbook_vae, kernel_density, handed_back)


def judged(world: World, fault: Fault | None, seed: int) -> Evaluation:
    """The evaluation of generated points with the `fault`, or of real ones."""
    rng = np.random.default_rng(seed)
    data = rng.permutation(world.data(rng))
    n = len(data) // 10
    held_out, train = data[:n], data[n:]
    if fault is None:
        draw = None
        generated = world.draw(N_GENERATED, rng)
    elif fault in FROM_TRUE:

        def draw(n: int) -> np.ndarray:
            return fault(world.draw(2 * n, rng), world, rng)[:n]

        generated = draw(N_GENERATED)
    else:
        draw, generated = None, fault(train, world, rng)
    return evaluate(generated, train, held_out, draw_more=draw)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.power", description=__doc__.partition("\n")[0])
    parser.add_argument("--true", type=int, default=40, metavar="N", help="seeds of true points (%(default)s)")
    parser.add_argument("--faults", type=int, default=20, metavar="N", help="seeds of each fault (%(default)s)")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="names of data sets")
    options = parser.parse_args()
    worlds = {name: world for name, world in kinds().items() if not options.kinds or name in options.kinds}
    if options.true:
        print(f"Of {options.true} sets of true points:\n")
        print("| data set | refused | memorized | AUC, mean | AUC that would be noticed | compared |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, world in worlds.items():
            found = [judged(world, None, s) for s in range(options.true)]
            refused, memorized = sum(f.is_refused for f in found), sum(f.is_memorized for f in found)
            found = [f for f in found if "c2st_auc" in f.figures]
            auc, _, _, _, detectable = np.mean([f.figures["c2st_auc"] for f in found], axis=0)
            n = np.mean([f.n_compared for f in found])
            print(f"| {name} | {refused} | {memorized} | {auc:.3f} | {detectable:.3f} | {n:,.0f} |", flush=True)
    if options.faults:
        print(f"\nOf {options.faults} sets with each fault, refused / called memorized:\n")
        print("| fault | " + " | ".join(worlds) + " |")
        print("| --- |" + " --- |" * len(worlds))
        for fault in (*FROM_TRUE, *FROM_TRAINING):
            print(f"| {fault.__doc__} |", end="", flush=True)
            for world in worlds.values():
                found = [judged(world, fault, 500 + s) for s in range(options.faults)]
                refused, memorized = sum(f.is_refused for f in found), sum(f.is_memorized for f in found)
                print(f" {refused}" + (f" / {memorized}" if memorized else "") + " |", end="", flush=True)
            print()


if __name__ == "__main__":
    main()
