"""How good is it? Each model against truths that fresh points can be drawn from without end.

    python -m benchmarks.fidelity [--world NAME ...] [--generator NAME ...] [--points N] [key=value ...]

Five worlds: two glyphs in smooth colors, flat colors with hard borders, grays, and a density as of a photo. Each
generator learns from 5,000 points of a world, with the settings of config.yaml, and draws 50,000. With --points, it
learns from another number in as many steps. Needs scikit-learn, SciPy and zuko. The figures:

- AUC: boosted trees told to tell the 50,000 from as many fresh points, by x, y, r, g, b and places seen along six
  directions. 0.5: they cannot. Its standard error is 0.002. "Places": the same trees, on places alone. "Hues": the same
  trees, which see r - g and g - b as well.
- stray: share of the points more than 8 pixels away from where the world has any.
- closer: share of the points closer to the training points than to as many fresh ones. 0.5: none is a copy.
"""

import dataclasses
import platform
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
import zuko
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KernelDensity
from tqdm import tqdm

from benchmarks.command import BenchmarkParser
from benchmarks.worlds import World, flat, gray, landscape, smooth
from data import COLORS, N_LEVELS, PLACES
from data.drawing import glyph_mask
from data.points import ColoredPoints
from data.scaling import Scaling, come_from_ycbcr
from models.generator import Generator, build_model
from models.vae import VAE
from utils.evaluation.likelihood import active_units, evaluate_loss, posterior_means
from utils.settings.config import Config
from utils.system.program import run_program
from utils.training.loop import Training
from utils.training.step import is_worthwhile

N_POINTS = 50_000
Row = dict[str, float]
Generate = Callable[[np.ndarray, Scaling], tuple[np.ndarray, Row]]


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


def auc(points: np.ndarray, fresh: np.ndarray) -> float:
    """AUC of telling `points` from `fresh` ones by all their columns, cross-validated; near 0.5 if they are alike."""
    x = np.vstack([points, fresh]).astype(float)
    is_fresh = np.repeat([0, 1], [len(points), len(fresh)])
    trees = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.08, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    guess = cross_val_predict(trees, x, is_fresh, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(is_fresh, guess))


def turned(points: np.ndarray) -> np.ndarray:
    """The places of `points (n, 5)` along four more directions, `(n, 4)`."""
    angles = np.deg2rad([30, 60, 120, 150])
    return points[:, PLACES] @ np.array([np.cos(angles), np.sin(angles)])


def judged(points: np.ndarray, train: np.ndarray, world: World) -> Row:
    """The figures of `points`, as the table has them."""
    rng = np.random.default_rng(1)
    fresh = world.draw(len(points), rng)
    scale = 1 / np.maximum(train.std(0), 1e-9)
    records = (train, world.data(rng) if len(train) == world.n else world.draw(len(train), rng))
    to_train, to_fresh = (cKDTree(real * scale).query(points * scale)[0] for real in records)
    distance = distance_transform_edt(world.weights == 0)
    seen = [np.hstack([x, turned(x)]) for x in (points, fresh)]
    return {
        "AUC": auc(*seen),
        "places": auc(*(np.delete(x, COLORS, 1) for x in seen)),
        "hues": auc(*(np.hstack([x, np.diff(x[:, COLORS])]) for x in seen)),
        "stray": float((distance[tuple(points[:, PLACES].T)] > 8).mean()),
        "closer": float((to_train < to_fresh).mean() + 0.5 * (to_train == to_fresh).mean()),
    }


def trained(config: Config, data: ColoredPoints, model: VAE | None = None) -> tuple[Generator, ColoredPoints]:
    """A generator trained on `data`, and the points that were held out. Without a `model`, it is that of `config`."""
    settings = dataclasses.asdict(config)
    torch.manual_seed(config.seed)
    train, held_out = data.split(config.holdout, config.seed)
    training = Training(model or build_model(settings, data.scaling), train, held_out, config)
    if is_worthwhile(config.compile, training.n_steps):
        training.compile()
    training.run(on_epoch=lambda epoch: None)
    return Generator(training.average, data.scaling, settings, data.fingerprint()), held_out


def vae_points(config: Config) -> Generate:
    """What the model of `config` generates, and what training says of its latent."""

    def generate(train: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, Row]:
        generator, held_out = trained(config, ColoredPoints(torch.from_numpy(train), scaling))
        _, kl = evaluate_loss(generator.model, held_out, config.seed)
        units = active_units(posterior_means(generator, train))
        return generator.sample(N_POINTS, config.seed), {"KL": kl, "active units": units}

    return generate


def mixture_points(train: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, Row]:
    """Points of a Gaussian mixture with 60 components."""
    mixture = GaussianMixture(60, random_state=0).fit(train + 0.5)
    return as_pixels(mixture.sample(N_POINTS)[0], scaling), {}


def kernel_points(train: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, Row]:
    """Points of a kernel density, each coordinate divided by its standard deviation, bandwidth 0.05."""
    scale = np.maximum(train.std(0), 1e-9)
    density = KernelDensity(bandwidth=0.05).fit((train + 0.5) / scale)
    return as_pixels(density.sample(N_POINTS, random_state=0) * scale, scaling), {}


def flow_points(train: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, Row]:
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
    return scaling.to_points(cells).numpy(), {}


def as_pixels(values: np.ndarray, scaling: Scaling) -> np.ndarray:
    """Numbers to the integers of the grid they fall on."""
    return np.floor(values).astype(np.int64).clip(0, np.array([*scaling.shape, N_LEVELS, N_LEVELS, N_LEVELS]) - 1)


def main(arguments: list[str]) -> None:
    """Train, judge, and print a table: a row per generator, with its AUC on each world and means over worlds."""
    parser = BenchmarkParser("fidelity", __doc__)
    parser.add_argument("--world", action="append", choices=worlds(), help="one of the worlds; all without any")
    parser.add_argument("--points", type=int, metavar="N", help="how many to learn from; a data set of 5000 without it")
    parser.add_argument("--generator", action="append", metavar="NAME", help="rows that have this in their names")
    options, config = parser.read(arguments)
    if options.points:
        config = dataclasses.replace(config, epochs=max(1, round(config.epochs * 5000 / options.points)))
    generators: dict[str, Generate] = {
        "attention VAE": vae_points(dataclasses.replace(config, model="attention")),
        "vanilla VAE": vae_points(dataclasses.replace(config, model="vanilla")),
        "Gaussian mixture, 60 components": mixture_points,
        "kernel density, bandwidth 0.05": kernel_points,
        "neural spline flow": flow_points,
    }
    if unknown := [part for part in options.generator or [] if not any(part in name for name in generators)]:
        parser.error(f"--generator {unknown[0]}: is in none of the names {', '.join(generators)}")
    wanted = options.generator or [""]
    generators = {name: make for name, make in generators.items() if any(part in name for part in wanted)}
    chosen = {name: world for name, world in worlds().items() if name in (options.world or worlds())}
    table: dict[str, list[Row]] = {name: [] for name in (*generators, "fresh points")}
    for world in tqdm(chosen.values(), disable=None):
        train, scaling = training_set(world, options.points)
        for name, generate in generators.items():
            start = time.perf_counter()
            points, figures = generate(train, scaling)
            seconds = time.perf_counter() - start
            table[name].append(judged(points, train, world) | figures | {"seconds": seconds})
        table["fresh points"].append(judged(world.draw(N_POINTS, np.random.default_rng(2)), train, world))

    columns = {"AUC": 3, "places": 3, "hues": 3, "stray": 4, "closer": 3, "KL": 1, "active units": 1, "seconds": 0}
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    print(f"{time.strftime('%Y-%m-%d')}, {machine}")
    print(f"| generator | {' | '.join(f'AUC {name}' for name in chosen)} | mean {' | '.join(columns)} |")
    print("| --- |" + " --- |" * (len(chosen) + len(columns)))
    for name, rows in table.items():
        cells = [f"{row['AUC']:.3f}" for row in rows]
        for column, digits in columns.items():
            cells.append(f"{np.mean([row[column] for row in rows]):.{digits}f}" if column in rows[0] else "")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
