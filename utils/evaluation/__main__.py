"""Judge any file of points: python -m utils.evaluation --data DIR SAMPLES.npy."""

import sys
from pathlib import Path

import numpy as np

from data.coordinates import COLORS, N_COORDINATES, N_LEVELS
from data.points import load_array, read_points
from utils.settings.config import Config
from utils.system.commands import Parser
from utils.system.errors import InputError, run_program
from utils.system.reading import expanded


def main(arguments: list[str]) -> None:
    """Judge the points of a file. Raises InputError if they or the data cannot be used."""
    parser = Parser(prog="python -m utils.evaluation", description="Judge any file of points (n, 5): x, y, r, g, b.")
    parser.add_argument("--data", metavar="DIR", default=Config.data_path, help="folder of the data")
    parser.add_argument("--holdout", type=float, default=Config.holdout, help="share of the data held out")
    parser.add_argument("--seed", type=int, default=Config.seed, help="seed of the split: that of the generator's run")
    parser.add_argument("samples", metavar="SAMPLES.npy", help="integers (n, 5): x, y, r, g, b")
    options = parser.parse_args(arguments)
    settings = Config(holdout=options.holdout, seed=options.seed)
    samples = read_samples(options.samples)
    data = read_points(options.data)
    check_units(options.samples, samples, data.scaling.shape)
    train, held_out = (part.points.numpy() for part in data.split(settings.holdout, settings.seed))
    # PyTorch takes seconds to load, so mistakes that can be named without it are named before.
    import torch

    from utils.evaluation.evaluate import evaluate

    torch.set_num_threads(settings.threads)
    evaluation = evaluate(samples.round().astype(np.int64), train, held_out)
    print(f"{evaluation.conclusion}\n\n{evaluation.table}\n{evaluation.power}")


def read_samples(path: str) -> np.ndarray:
    """The points `(n, 5)` in `path`. Raises InputError if it holds none."""
    samples = load_array(Path(expanded(path)))
    if samples.ndim != 2 or samples.shape[1] != N_COORDINATES or len(samples) < 2 or samples.dtype.kind not in "iuf":
        raise InputError(f"{path}: must hold numbers (n, {N_COORDINATES}), but is {samples.dtype} {samples.shape}")
    if not np.isfinite(samples).all():
        raise InputError(f"{path}: holds numbers that are not finite")
    return samples


def check_units(path: str, samples: np.ndarray, shape: tuple[int, int]) -> None:
    """Raise InputError if the samples are not in pixels of a picture of this `shape`, and levels."""
    colors, size = samples[:, COLORS], np.array([*shape, N_LEVELS, N_LEVELS, N_LEVELS])
    if samples.dtype.kind == "f" and np.abs(colors).max() <= 1.5 and len(np.unique(colors)) > 2:
        found = f"colors lie in {colors.min():.1f}..{colors.max():.1f}"
        raise InputError(f"{path}: {found}, so they look scaled; give pixels, and levels of 0..255")
    if (samples.max(0) < -0.5 * size).any() or (samples.min(0) > 1.5 * size).any():
        raise InputError(f"{path}: the points lie outside of the picture of {shape[0]} x {shape[1]} pixels")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
