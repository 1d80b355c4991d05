"""Judge any file of points: python -m utils.evaluation --data DIR SAMPLES.npy."""

import sys
from pathlib import Path

import numpy as np

from data import COLORS, N_COORDINATES
from data.points import load_array, read_points
from utils.settings.config import Config
from utils.system.errors import InputError, expanded
from utils.system.program import Parser, run_program


def main(arguments: list[str]) -> None:
    """Judge the points of a file. Raises InputError if they or the data cannot be used."""
    parser = Parser("python -m utils.evaluation", "Judge any file of points (n, 5): x, y, r, g, b.")
    parser.add_argument("--data", metavar="DIR", default=Config.data_path, help="folder of the data")
    parser.add_argument("--holdout", type=float, default=Config.holdout, help="share of the data held out")
    parser.add_argument("--seed", type=int, default=Config.seed, help="seed of the split: that of the generator's run")
    parser.add_argument("samples", metavar="SAMPLES.npy", help="integers (n, 5): x, y, r, g, b")
    options = parser.parse_args(arguments)
    settings = Config(holdout=options.holdout, seed=options.seed)
    samples = read_samples(options.samples)
    train, held_out = (part.points.numpy() for part in read_points(options.data).split(settings.holdout, settings.seed))
    # PyTorch takes seconds to load, so mistakes that can be named without it are named before.
    import torch

    from utils.evaluation.evaluate import evaluate

    torch.set_num_threads(settings.threads)
    evaluation = evaluate(samples.round().astype(np.int64), train, held_out)
    print(f"{evaluation.conclusion}\n\n{evaluation.table}\n{evaluation.power}")


def read_samples(path: str) -> np.ndarray:
    """The points `(n, 5)` in `path`. Raises InputError if it holds none, or if they are not in pixels and levels."""
    samples = load_array(Path(expanded(path)))
    is_table = samples.ndim == 2 and samples.shape[1] == N_COORDINATES and samples.dtype.kind in "iuf"
    if not is_table or len(samples) < 2 or not np.isfinite(samples).all():
        described = f"({N_COORDINATES} in each row, two rows or more, all finite)"
        raise InputError(f"{path}: must hold numbers {described}, but is {samples.dtype} {samples.shape}")
    colors = samples[:, COLORS]
    if samples.dtype.kind == "f" and np.abs(colors).max() <= 1.5 and len(np.unique(colors)) > 2:
        raise InputError(f"{path}: colors lie near 0..1, so they look scaled; give pixels, and levels of 0..255")
    return samples


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
