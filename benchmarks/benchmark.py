"""Where the time goes: steps, whole runs, and how they grow with the data.

    python -m benchmarks.benchmark [--part NAME ...] [key=value ...]

Figures of steps are medians. On a noisy machine, believe ratios.
"""

import dataclasses
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import BenchmarkParser, print_head, print_row
from data.drawing import as_jpeg, glyph_mask, write
from data.pictures import Canvas
from data.points import read_points
from models import MODELS
from models.generator import build_model
from utils.settings.config import Config
from utils.system.environment import ROOT
from utils.system.program import run_program
from utils.training.loop import Training

Rows = Iterator[dict[str, object]]
STEPS = 200


def steps(config: Config) -> Rows:
    """Milliseconds of a training step by batch size, eager and compiled."""
    train, held_out = read_points(config.data_path).split(config.holdout, config.seed)
    for size, model, kind in itertools.product((1, 20, 200, 400, 1000), MODELS, ("eager", "compiled")):
        settings = dataclasses.replace(config, model=model, batch_size=size, epochs=1000)
        training = Training(build_model(vars(settings), train.scaling), train, held_out, settings)
        if kind == "compiled":
            training.compile()
        yield {"batch": size, "model": model, "": kind, "ms": f"{1e3 * seconds_of_step(training):.3g}"}


def seconds_of_step(training: Training) -> float:
    """The median of the seconds of a step of `training`, without the first ones, which fill caches."""
    ends: list[float] = []

    class Signals:
        """Stop the training after `STEPS` steps, as a signal would."""

        def __bool__(self) -> bool:
            ends.append(time.perf_counter())
            return len(ends) > STEPS

    training.run(lambda epoch: None, Signals())
    return float(np.median(np.diff(ends[STEPS // 10 :])))


def runs(config: Config) -> Rows:
    """A whole run, with training, pictures and evaluation."""
    for model in MODELS:
        yield {"model": model, "epochs": config.epochs} | whole_run(config, model=model)


def growth(config: Config) -> Rows:
    """Whole runs of three epochs against the number of points and the size of the picture."""
    settings = {"epochs": 3, "batch_size": 500, "compile": "never"}
    rng = np.random.default_rng(0)
    for n, side in ((5_000, 300), (50_000, 1000), (500_000, 2000)):
        with tempfile.TemporaryDirectory() as folder:
            # Some points share a pixel.
            figure = np.argwhere(glyph_mask(size=side))
            rows, columns = figure[rng.integers(0, len(figure), n)].T
            colors = np.column_stack([rows, columns, side - rows]) * (255 / side) + rng.normal(0, 7, (n, 3))
            points = np.column_stack([rows, columns, colors.round().clip(0, 255)]).astype(int)
            write(Path(folder), rows, columns, as_jpeg(points, Canvas(side, side)))
            for model in MODELS:
                figures = whole_run(config, model=model, data_path=folder, **settings)
                yield {"points": f"{n:,}", "picture": f"{side}x{side}", "model": model} | figures


def whole_run(config: Config, **settings: Any) -> dict[str, str]:
    """What `python main.py` takes in a process of its own, with `config` and other `settings`. Not for Windows."""
    with tempfile.TemporaryDirectory() as folder:
        values = vars(dataclasses.replace(config, result_path=folder, **settings))
        command = [sys.executable, "main.py", *(f"{key}={value}" for key, value in values.items())]
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"main.py ended with status {status}")
    seconds, cpu = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
    return {"seconds": f"{seconds:.1f}", "CPU seconds": f"{cpu:.1f}", "peak MB": f"{usage.ru_maxrss / 1024:.0f}"}


PARTS: dict[str, Callable[[Config], Rows]] = {"steps": steps, "runs": runs, "growth": growth}


def main(arguments: list[str]) -> None:
    """Print a table for each part that the command line asks for."""
    parser = BenchmarkParser("benchmark", __doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="one of the tables; all without any")
    options, config = parser.read(arguments)
    for part in options.part or PARTS:
        print(f"\n{part}: {PARTS[part].__doc__}\n")
        for number, row in enumerate(PARTS[part](config)):
            if number == 0:
                print_head(*row)
            print_row(*row.values())


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
