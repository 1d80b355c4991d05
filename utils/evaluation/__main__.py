"""Judge any file of points: python -m utils.evaluation --data DIR SAMPLES.npy."""

import argparse
import sys

import numpy as np

from data.points import read_points
from utils.evaluation.figures import evaluate
from utils.evaluation.words import table, verdict
from utils.program.errors import InputError, run_program
from utils.settings.config import Config


def main(arguments: list[str]) -> None:
    """Judge the points of a file. Raises InputError where they or the data cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m utils.evaluation", description=main.__doc__.partition(".")[0])
    parser.add_argument("--data", metavar="DIR", default=Config.data_path, help="folder of the data")
    parser.add_argument("--holdout", type=float, default=Config.holdout, help="share of the data held out")
    parser.add_argument("--seed", type=int, default=Config.seed, help="seed of the split: that of the generator's run")
    parser.add_argument("samples", metavar="SAMPLES.npy", help="integers (n, 5): x, y, r, g, b")
    options = parser.parse_args(arguments)
    settings = Config(holdout=options.holdout, seed=options.seed)
    samples = read_samples(options.samples)
    parts = read_points(options.data).split(settings.holdout, settings.seed)
    figures = evaluate(samples, *(part.points.numpy() for part in parts)).figures
    print(table(figures))
    print(f"verdict: {verdict(figures)}")


def read_samples(path: str) -> np.ndarray:
    """The points `(n, 5)` in `path`, rounded to integers. Raises InputError where it holds none."""
    try:
        samples = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: cannot be read as a NumPy array ({error})") from None
    if samples.ndim != 2 or samples.shape[1] != 5 or len(samples) < 2 or samples.dtype.kind not in "iuf":
        raise InputError(f"{path}: must hold numbers (n, 5), but is {samples.dtype} {samples.shape}")
    if not np.isfinite(samples).all():
        raise InputError(f"{path}: holds numbers that are not finite")
    return samples.round().astype(np.int64)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
