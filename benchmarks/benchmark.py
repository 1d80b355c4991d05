"""Where the time goes: a step of training by batch size, and whole runs.

    python -m benchmarks.benchmark [--part NAME ...] [key=value ...]

Seconds of a step are medians. On a noisy machine, believe ratios. Whole runs are not for Windows.
"""

import dataclasses
import itertools
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from benchmarks.command import BenchmarkParser, print_head, print_row
from data.points import read_points
from models import MODELS
from models.generator import build_model
from utils.settings.config import Config
from utils.system.environment import ROOT
from utils.system.program import run_program
from utils.training.loop import Training

STEPS = 200


def steps(config: Config) -> None:
    """Milliseconds of a training step, uncompiled and compiled."""
    train, held_out = read_points(config.data_path).split(config.holdout, config.seed)
    print_head("batch_size", "model", "compiled", "ms")
    for size, model, is_compiled in itertools.product((1, 20, 200, 400, 1000), MODELS, (False, True)):
        settings = dataclasses.replace(config, model=model, batch_size=size, epochs=1000)
        training = Training(build_model(vars(settings), train.scaling), train, held_out, settings)
        if is_compiled:
            training.compile()
        print_row(size, model, is_compiled, f"{1e3 * seconds_of_step(training):.3g}")


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


def runs(config: Config) -> None:
    """What `python main.py` takes, in a process of its own."""
    print_head("model", "seconds", "CPU seconds", "peak MB")
    for model in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            values = vars(dataclasses.replace(config, model=model, result_path=folder))
            command = [sys.executable, "main.py", *(f"{key}={value}" for key, value in values.items())]
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"main.py ended with status {status}")
        seconds = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
        print_row(model, *(f"{part:.1f}" for part in seconds), f"{usage.ru_maxrss / 1024:.0f}")


PARTS = {"steps": steps, "runs": runs}


def main(arguments: list[str]) -> None:
    """Print the tables that the command line asks for."""
    parser = BenchmarkParser("benchmark", __doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="one of the tables; all without any")
    options, config = parser.read(arguments)
    for part in options.part or PARTS:
        PARTS[part](config)
        print()


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
