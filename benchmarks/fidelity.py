"""How good is it? Each model against truths that fresh points can be drawn from without end.

    python -m benchmarks.fidelity [--world NAME ...] [--generator NAME ...] [--points N] [key=value ...]

Five worlds: two glyphs in smooth colors, flat colors with hard borders, grays, and a density as of a photo. Each
generator learns from 5,000 points of a world, with the settings of config.yaml, and draws 50,000. With --points, it
learns from another number in as many steps. Needs scikit-learn, SciPy and zuko. The figures, means over the worlds:

- AUC: boosted trees told to tell the 50,000 from as many fresh points, by x, y, r, g, b and places seen along six
  directions. 0.5: they cannot. Its standard error is 0.002. "Places": the same trees, on places alone.
- stray: share of the points more than 8 pixels away from where the world has any.
- closer: share of the points closer to the training points than to as many fresh ones. 0.5: none is a copy.
"""

import dataclasses
import sys
import time

import numpy as np
import torch
import zuko
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KernelDensity
from tqdm import tqdm

from benchmarks.command import BenchmarkParser, print_head, print_row
from benchmarks.worlds import World, flat, gray, landscape, smooth
from data import COLORS, N_LEVELS, PLACES
from data.drawing import glyph_mask
from data.points import ColoredPoints
from data.scaling import Scaling, come_from_ycbcr
from models import MODELS
from models.generator import Generator, build_model
from models.vae import VAE
from utils.settings.config import Config
from utils.system.program import run_program
from utils.training.loop import Training

N_POINTS = 50_000
Row = dict[str, float]


def worlds() -> dict[str, World]:
    """The worlds, by name."""
    return {
        "π": World(glyph_mask("π"), smooth, stored="JPEG"),
        "&": World(glyph_mask("&"), smooth, stored="JPEG"),
        "flat": World(glyph_mask("R"), flat, stored="JPEG"),
        "gray": World(glyph_mask("S"), gray),
        "photo": World(*landscape(300, 240), stored="JPEG"),
    }


def training_set(world: World, n: int | None = None) -> tuple[np.ndarray, Scaling]:
    """The points `(n, 5)` of the world that generators learn from, and their scaling.

    Without `n`, they are a data set, of distinct pixels. There may be more points than pixels, so `n` are independent.
    """
    rng = np.random.default_rng(0)
    train = world.data(rng) if n is None else world.draw(n, rng)
    return train, Scaling(world.weights.shape, come_from_ycbcr(torch.from_numpy(train[:, COLORS])))


def told_apart(points: np.ndarray, fresh: np.ndarray) -> tuple[float, float]:
    """The AUC of telling `points (n, 5)` from `fresh` ones, and that by places alone."""
    angles = np.deg2rad([30, 60, 120, 150])
    directions = np.array([np.cos(angles), np.sin(angles)])
    seen = [np.hstack([x, x[:, PLACES] @ directions]) for x in (points, fresh)]
    return auc(*seen), auc(*(np.delete(x, COLORS, 1) for x in seen))


def auc(points: np.ndarray, fresh: np.ndarray) -> float:
    """AUC of telling `points` from `fresh` ones by all their columns, cross-validated; near 0.5 if they are alike."""
    x = np.vstack([points, fresh]).astype(float)
    is_fresh = np.repeat([0, 1], [len(points), len(fresh)])
    trees = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.08, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    guess = cross_val_predict(trees, x, is_fresh, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(is_fresh, guess))


def judged(points: np.ndarray, train: np.ndarray, world: World) -> Row:
    """The figures of `points`, as the table has them."""
    rng = np.random.default_rng(1)
    fresh = world.draw(len(points), rng)
    scale = 1 / np.maximum(train.std(0), 1e-9)
    records = (train, world.data(rng) if len(train) == world.n else world.draw(len(train), rng))
    to_train, to_fresh = (cKDTree(real * scale).query(points * scale)[0] for real in records)
    distance = distance_transform_edt(world.weights == 0)
    of_all, of_places = told_apart(points, fresh)
    stray = float((distance[tuple(points[:, PLACES].T)] > 8).mean())
    closer = float((to_train < to_fresh).mean() + 0.5 * (to_train == to_fresh).mean())
    return {"AUC": of_all, "places": of_places, "stray": stray, "closer": closer}


def trained(config: Config, data: ColoredPoints, model: VAE | None = None) -> tuple[Generator, ColoredPoints]:
    """A generator trained on `data`, and the points that were held out. Without a `model`, it is that of `config`."""
    settings = dataclasses.asdict(config)
    torch.manual_seed(config.seed)
    train, held_out = data.split(config.holdout, config.seed)
    training = Training(model or build_model(settings, data.scaling), train, held_out, config)
    training.compile_if_worthwhile()
    training.run(on_epoch=lambda epoch: None)
    return Generator(training.average, data.scaling, settings, data.fingerprint()), held_out


def vae_points(train: np.ndarray, scaling: Scaling, config: Config) -> np.ndarray:
    """Points of the model of `config`."""
    return trained(config, ColoredPoints(torch.from_numpy(train), scaling))[0].sample(N_POINTS, config.seed)


def kernel_points(train: np.ndarray, scaling: Scaling, config: Config) -> np.ndarray:
    """Points of a kernel density, each coordinate divided by its standard deviation, bandwidth 0.05."""
    scale = np.maximum(train.std(0), 1e-9)
    density = KernelDensity(bandwidth=0.05).fit((train + 0.5) / scale)
    values = np.floor(density.sample(N_POINTS, random_state=0) * scale).astype(np.int64)
    return values.clip(0, np.array([*scaling.shape, N_LEVELS, N_LEVELS, N_LEVELS]) - 1)


def flow_points(train: np.ndarray, scaling: Scaling, config: Config) -> np.ndarray:
    """Points of a neural spline flow with five transforms, after 100 epochs (Durkan et al. 2019, arXiv 1906.04032)."""
    torch.manual_seed(0)
    rng = torch.Generator().manual_seed(0)
    flow = zuko.flows.NSF(features=5, transforms=5, bins=16, hidden_features=(128, 128))
    optimizer = torch.optim.AdamW(flow.parameters(), 2e-3)
    points, size = torch.from_numpy(train), torch.tensor([*scaling.shape, N_LEVELS, N_LEVELS, N_LEVELS])
    epochs, batch = 100, 250
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * -(-len(points) // batch))
    for _ in range(epochs):
        x = scaling.to_model(points[torch.randperm(len(points), generator=rng)])
        x = (x + torch.rand(x.shape, generator=rng)) / size
        for part in x.split(batch):
            loss = -flow().log_prob(6 * part - 3).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(flow.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        drawn = torch.cat([flow().sample((5000,)) for _ in range(N_POINTS // 5000)])
    cells = ((drawn + 3) / 6 * size).floor().clamp(min=0).minimum(size - 1)
    return scaling.to_points(cells).numpy()


# What draws the points of each row.
GENERATORS = {**dict.fromkeys(MODELS, vae_points), "kernel density": kernel_points, "spline flow": flow_points}


def main(arguments: list[str]) -> None:
    """Train, judge, and print a table: a row per generator, with its AUC on each world and means over worlds."""
    parser = BenchmarkParser("fidelity", __doc__)
    parser.add_argument("--world", action="append", choices=worlds(), help="one of the worlds; all without any")
    parser.add_argument("--points", type=int, metavar="N", help="how many to learn from; a data set of 5000 without it")
    parser.add_argument("--generator", action="append", choices=GENERATORS, help="one of the rows; all without any")
    options, config = parser.read(arguments)
    if options.points:
        config = dataclasses.replace(config, epochs=max(1, round(config.epochs * 5000 / options.points)))
    chosen = {name: world for name, world in worlds().items() if name in (options.world or worlds())}
    columns = {"AUC": 3, "places": 3, "stray": 4, "closer": 3, "seconds": 0}
    print_head("generator", *(f"AUC {name}" for name in chosen), *columns)
    for name in (*(options.generator or GENERATORS), "fresh points"):
        settings, rows = dataclasses.replace(config, model=name) if name in MODELS else config, []
        for world in tqdm(chosen.values(), name, disable=None):
            (train, scaling), start = training_set(world, options.points), time.perf_counter()
            if name in GENERATORS:
                points = GENERATORS[name](train, scaling, settings)
            else:
                points = world.draw(N_POINTS, np.random.default_rng(2))
            rows.append({"seconds": time.perf_counter() - start} | judged(points, train, world))
        means = (f"{np.mean([row[column] for row in rows]):.{digits}f}" for column, digits in columns.items())
        print_row(name, *(f"{row['AUC']:.3f}" for row in rows), *means)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
