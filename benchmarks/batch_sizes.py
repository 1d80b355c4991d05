"""Does the batch size change the generator?

    python -m benchmarks.batch_sizes [--size N ...] [--world NAME] [key=value ...]

Both models are trained on a world of `benchmarks.fidelity` in batches of each size, and judged as there. With batches
of one point, that takes half an hour.
"""

import argparse
import dataclasses
import time
from pathlib import Path

from benchmarks.fidelity import judged, training_set, vae_points, worlds
from models.registry import MODELS
from utils.settings.config import load_config


def main() -> None:
    """Print a row per batch size and model."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.batch_sizes", description=__doc__.partition("?")[0] + "?"
    )
    parser.add_argument("--size", type=int, action="append", help="batch sizes; 1, 20, 200 and 1000 without any")
    parser.add_argument("--world", choices=worlds(), default="π")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="settings, as on the command line of main.py")
    options = parser.parse_args()
    config = load_config(Path(__file__).parent.parent / "config.yaml", options.overrides)
    world = worlds()[options.world]
    train, scaling = training_set(world)
    columns = {"AUC": 3, "places": 3, "stray": 4, "closer": 3, "KL": 1, "active units": 0, "minutes": 1}
    print(f"| batch_size | model | {' | '.join(columns)} |")
    print("| --- |" + " --- |" * (len(columns) + 1))
    for size in options.size or (1, 20, 200, 1000):
        for model in MODELS:
            start = time.perf_counter()
            points, figures = vae_points(dataclasses.replace(config, model=model, batch_size=size))(train, scaling)
            row = figures | {"minutes": (time.perf_counter() - start) / 60} | judged(points, train, world)
            cells = (f"{row[name]:.{digits}f}" for name, digits in columns.items())
            print(f"| {size} | {model} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
