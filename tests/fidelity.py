"""How good is it? Each model against a truth that fresh points can be drawn from without end.

    python -m tests.fidelity [key=value ...]

The code that draws the sample set draws 5,000 training points of a glyph; each generator is trained on them with the
settings of config.yaml, and what it generates is compared with 10,000 fresh points. Needs scikit-learn and SciPy.

- C2ST: cross-validated AUC of boosted trees told to tell generated from fresh points (Lopez-Paz & Oquab 2017,
  arXiv 1610.06545); they see the places along six directions, for trees cut along axes only. 0.5: they cannot.
- off glyph: share of the points more than 2 pixels away from the glyph.
- closer to train: share of the points closer to the training points than to as many fresh ones. 0.5: none is a copy.
"""

import dataclasses
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KernelDensity
from tqdm import tqdm

from data.glyph import glyph_mask
from data.points import ColoredPoints
from data.scaling import Scaling
from models.generator import Generator, build_model
from tests.worlds import drawn
from utils.evaluation.likelihood import active_units, evaluate_loss, posterior_means
from utils.settings.config import Config, load_config
from utils.training.loop import Training

GLYPHS = ("π", "&")
SIZE, N_POINTS = 300, 5000
Row = dict[str, float]


def c2st(points: np.ndarray, fresh: np.ndarray) -> float:
    """AUC of telling `points` from as many of the `fresh` ones."""
    x = np.vstack([points, fresh[: len(points)]]).astype(float)
    angles = np.deg2rad([30, 60, 120, 150])
    x = np.hstack([x, x[:, :2] @ np.array([np.cos(angles), np.sin(angles)])])
    is_fresh = np.repeat([0, 1], len(points))
    judge = HistGradientBoostingClassifier(max_iter=200, random_state=0)
    order = np.random.default_rng(0).permutation(len(x))
    guess = cross_val_predict(judge, x[order], is_fresh[order], cv=5, method="predict_proba")[:, 1]
    return float(roc_auc_score(is_fresh[order], guess))


def judged(points: np.ndarray, train: np.ndarray, mask: np.ndarray) -> Row:
    """The figures of `points`, as the table has them."""
    fresh = np.vstack([drawn(mask, N_POINTS, seed) for seed in (1001, 1002)])
    scale = 1 / train.std(0)
    to_train, to_fresh = (
        cKDTree(real * scale).query(points * scale)[0] for real in (train, drawn(mask, N_POINTS, 1003))
    )
    closer = (to_train < to_fresh).mean() + 0.5 * (to_train == to_fresh).mean()
    off = distance_transform_edt(~mask)[points[:, 0], points[:, 1]] > 2
    return {"C2ST": c2st(points, fresh), "off glyph": off.mean(), "closer to train": closer}


def our_points(train: np.ndarray, config: Config) -> tuple[np.ndarray, Row]:
    """What the model of `config` generates, and what training says of its latent."""
    data = ColoredPoints(torch.from_numpy(train), Scaling.of_picture(SIZE, SIZE))
    settings = dataclasses.asdict(config)
    torch.manual_seed(config.seed)
    training, held_out = data.split(config.holdout, config.seed)
    fit = Training(build_model(settings), training, held_out, config)
    fit.run(on_epoch=lambda epoch: None)
    generator = Generator(fit.average, data.scaling, settings, data.fingerprint())
    _, kl = evaluate_loss(fit.average, held_out, config.seed)
    units = active_units(posterior_means(generator, train))
    return generator.sample(config.n_generate, config.seed), {"KL": kl, "active units": units}


def mixture_points(train: np.ndarray) -> np.ndarray:
    """Points of a Gaussian mixture with 60 components."""
    return as_pixels(GaussianMixture(60, random_state=0).fit(train + 0.5).sample(len(train))[0])


def kernel_points(train: np.ndarray) -> np.ndarray:
    """Points of a kernel density, each coordinate divided by its standard deviation, bandwidth 0.05."""
    scale = train.std(0)
    density = KernelDensity(bandwidth=0.05).fit((train + 0.5) / scale)
    return as_pixels(density.sample(len(train), random_state=0) * scale)


def as_pixels(values: np.ndarray) -> np.ndarray:
    """Numbers to the integers of the grid they fall on."""
    return np.floor(values).astype(np.int64).clip(0, [SIZE - 1, SIZE - 1, 255, 255, 255])


def main(overrides: list[str]) -> None:
    """Train, judge, and print the table, a row a generator: the mean over glyphs, and the AUC of each."""
    config = load_config(Path(__file__).parent.parent / "config.yaml", overrides)
    generators: dict[str, Callable[[np.ndarray], tuple[np.ndarray, Row]]] = {
        "attention VAE": lambda train: our_points(train, dataclasses.replace(config, model="attention")),
        "vanilla VAE": lambda train: our_points(train, dataclasses.replace(config, model="vanilla")),
        "Gaussian mixture, 60 components": lambda train: (mixture_points(train), {}),
        "kernel density, bandwidth 0.05": lambda train: (kernel_points(train), {}),
    }
    table: dict[str, list[Row]] = {name: [] for name in (*generators, "fresh points: the floor")}
    for glyph in tqdm(GLYPHS, disable=None):
        mask = glyph_mask(glyph, SIZE)
        train = drawn(mask, N_POINTS, seed=0)
        for name, generate in generators.items():
            start = time.perf_counter()
            points, figures = generate(train)
            seconds = time.perf_counter() - start
            table[name].append(judged(points, train, mask) | figures | {"seconds": seconds})
        table["fresh points: the floor"].append(judged(drawn(mask, N_POINTS, 1004), train, mask))

    columns = ["C2ST", "off glyph", "closer to train", "KL", "active units", "seconds"]
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    print(f"{time.strftime('%Y-%m-%d')}, {machine}")
    print(f"| generator | {' | '.join(f'C2ST {glyph}' for glyph in GLYPHS)} | mean {' | '.join(columns)} |")
    print("| --- |" + " --- |" * (len(GLYPHS) + len(columns)))
    for name, rows in table.items():
        cells = [f"{row['C2ST']:.3f}" for row in rows]
        for column in columns:
            places = {"KL": 1, "active units": 1, "seconds": 0}.get(column, 3)
            cells.append(f"{np.mean([row[column] for row in rows]):.{places}f}" if column in rows[0] else "")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
