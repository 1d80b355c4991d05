"""Does the batch size change the generator?

    python -m benchmarks.batch_sizes [--size N ...] [--world NAME] [key=value ...]

Both models are trained on a world of `benchmarks.fidelity` in batches of each size, and judged as there. With batches
of one point, that takes half an hour.
"""

import dataclasses
import sys
import time

from benchmarks.command import BenchmarkParser, print_head, print_row
from benchmarks.fidelity import judged, training_set, vae_points, worlds
from models import MODELS
from utils.system.program import run_program

# Figures with their digits.
COLUMNS = {"AUC": 3, "places": 3, "stray": 4, "closer": 3, "KL": 1, "active units": 0, "minutes": 1}


def main(arguments: list[str]) -> None:
    """Print a row per batch size and model."""
    parser = BenchmarkParser("batch_sizes", __doc__)
    parser.add_argument("--size", type=int, action="append", help="a batch size; 1, 20, 200 and 1000 without any")
    parser.add_argument("--world", choices=worlds(), default="π")
    options, config = parser.read(arguments)
    sizes = options.size or (1, 20, 200, 1000)
    configs = [dataclasses.replace(config, model=model, batch_size=size) for size in sizes for model in MODELS]
    world = worlds()[options.world]
    train, scaling = training_set(world)
    print_head("batch_size", "model", *COLUMNS)
    for config in configs:
        start = time.perf_counter()
        points, figures = vae_points(config)(train, scaling)
        row = figures | {"minutes": (time.perf_counter() - start) / 60} | judged(points, train, world)
        cells = (f"{row[name]:.{digits}f}" for name, digits in COLUMNS.items())
        print_row(config.batch_size, config.model, *cells)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
