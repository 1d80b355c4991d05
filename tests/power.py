"""How good is the evidence? What the evaluation says of points whose faults are known, over 20 seeds each.

    python -m tests.power [FOLDER ...]      folders of data; the sample data without any

Each seed is another split into 500 held-out points, 1,500 others to make what is judged from, and the training points;
what is made from training points has all of the 4,500. Needs scikit-learn.
"""

import sys
from collections.abc import Callable

import numpy as np
import torch
from sklearn.mixture import GaussianMixture
from torch import nn
from tqdm import tqdm

from data.points import read_points
from data.scaling import Scaling
from utils.evaluation.figures import SIGNIFICANT, evaluate
from utils.evaluation.two_sample import spread
from utils.evaluation.words import verdict
from utils.settings.config import Config

SEEDS = range(20)
N_HELD_OUT, N_OTHERS = 500, 1500
Case = Callable[[np.ndarray, Scaling, int], np.ndarray]


def other_held_out(points: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Real points, which belong neither to the training nor to the held-out set."""
    return points


def shuffled_colors(points: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Real points whose colors are exchanged among them: all marginals are untouched."""
    order = np.random.default_rng(seed).permutation(len(points))
    return np.column_stack([points[:, :2], points[order, 2:]])


def blurred_places(points: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Real points moved by a normal step of 3 pixels."""
    step = np.random.default_rng(seed).normal(0, 3, (len(points), 2)).round()
    return on_the_grid(points + np.column_stack([step, np.zeros((len(points), 3))]), scaling)


def handed_back(train: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """The training points themselves."""
    return train


def near_copies(train: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Training points moved by a twentieth of each coordinate's standard deviation: a kernel density."""
    return on_the_grid(train + 0.5 + np.random.default_rng(seed).normal(0, 0.05, train.shape) * spread(train), scaling)


def gaussian_mixture(train: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Draws from a mixture of 5 normals."""
    return on_the_grid(GaussianMixture(5, random_state=seed).fit(train + 0.5).sample(len(train))[0], scaling)


def unit_squared_error(train: np.ndarray, scaling: Scaling, seed: int) -> np.ndarray:
    """Draws from a VAE as it is often written: squared error of standardised coordinates plus KL to N(0, I)."""
    torch.manual_seed(seed)
    scale = torch.from_numpy(spread(train)).float()
    mean = torch.from_numpy(train.mean(0)).float()
    x = (torch.from_numpy(train).float() - mean) / scale
    encoder = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 2 * 4))
    decoder = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 5))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 3e-3)
    for _ in range(1000):
        batch = x[torch.randint(len(x), (200,))]
        center, log_variance = encoder(batch).chunk(2, dim=1)
        z = center + (0.5 * log_variance).exp() * torch.randn_like(center)
        kl = 0.5 * (center.square() + log_variance.exp() - log_variance - 1).sum(1)
        loss = ((decoder(z) - batch).square().sum(1) + kl).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return on_the_grid((decoder(torch.randn(len(x), 4)) * scale + mean).numpy(), scaling)


def on_the_grid(values: np.ndarray, scaling: Scaling) -> np.ndarray:
    """Numbers to the integers of the grid they fall on."""
    return np.floor(values).astype(np.int64).clip(0, np.array(scaling.size) - 1)


# What is made from other real points, and what from the training points.
FROM_OTHERS: tuple[Case, ...] = (other_held_out, shuffled_colors, blurred_places)
FROM_TRAINING: tuple[Case, ...] = (gaussian_mixture, unit_squared_error, near_copies, handed_back)


def main(folders: list[str]) -> None:
    """Print the table of each folder: a row a case."""
    for folder in folders or [Config.data_path]:
        data = read_points(folder)
        print(f"\n{folder}: of {len(SEEDS)} seeds\n")
        print("| points | AUC, mean | within 2 standard errors of 0.5 | off support | p < 0.05 | memorised |")
        print("| --- | --- | --- | --- | --- | --- |")
        for case in tqdm((*FROM_OTHERS, *FROM_TRAINING), disable=None):
            found = [judged(case, data.points.numpy(), data.scaling, seed) for seed in SEEDS]
            auc, within, off, rejected, memorised = zip(*found, strict=True)
            counts = f"{sum(within)} | {np.mean(off):.1%} | {sum(rejected)} | {sum(memorised)} |"
            print(f"| {case.__doc__.strip()[:-1]} | {np.mean(auc):.3f} | {counts}")


def judged(case: Case, points: np.ndarray, scaling: Scaling, seed: int) -> tuple[float, bool, float, bool, bool]:
    """AUC, whether it is near 0.5, the share off support, and whether the points were rejected and called memorised."""
    points = np.random.default_rng(seed).permutation(points)
    held_out, rest = points[:N_HELD_OUT], points[N_HELD_OUT:]
    if case in FROM_OTHERS:
        others, rest = rest[:N_OTHERS], rest[N_OTHERS:]
        generated = case(others, scaling, seed)
    else:
        generated = case(rest, scaling, seed)
    figures = evaluate(generated, rest, held_out).figures
    auc = figures["c2st_auc"]
    near = abs(auc["value"] - 0.5) <= 2 * auc["standard_error"]
    rejected, memorised = figures["p"] < SIGNIFICANT, "memorised" in verdict(figures)
    return auc["value"], near, figures["off_support"]["value"], rejected, memorised


if __name__ == "__main__":
    main(sys.argv[1:])
