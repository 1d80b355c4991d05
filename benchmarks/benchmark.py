"""Where the time goes. `python -m benchmarks.benchmark [PART ...] [key=value ...]` measures all parts, or those named.

Each figure is the median of several, taken in turns with what it is compared to. On a noisy machine, believe ratios.
"""

import argparse
import copy
import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.drawing import as_jpeg, glyph_mask, write
from data.points import read_points
from models.generator import BLOCK, build_model
from models.registry import MODELS
from utils.evaluation.likelihood import evaluate_loss
from utils.settings.config import Config, load_config
from utils.training.loop import Training

REPOSITORY = Path(__file__).parent.parent
Function = Callable[[], object]
Rows = list[dict[str, object]]


def setup(config: Config, **settings: object) -> tuple[Training, Tensor]:
    """A training on the data of `config`, about to begin, and its first batch."""
    config = dataclasses.replace(config, **settings)
    torch.manual_seed(config.seed)
    train, held_out = read_points(config.data_path).split(config.holdout, config.seed)
    training = Training(build_model(dataclasses.asdict(config), train.scaling), train, held_out, config)
    return training, train.scaling.to_model(train.points[: config.batch_size])


def in_turns(rounds: int, functions: dict[str, Function], times: int = 1) -> dict[str, float]:
    """The median seconds of a call of each function: they take turns, so that all of them meet the machine's moods."""
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(times):
                function()
            taken[name].append((time.perf_counter() - start) / times)
    return {name: median(values) for name, values in taken.items()}


def take_step(training: Training, x: Tensor) -> None:
    """A step of the program's on the batch `x (n, 5)`."""
    gradient, _ = training.gradient(x, torch.tensor(0.5))
    training.step += 1
    training.optimizer.move(gradient, 1e-3, training.step)


def textbook_step(training: Training) -> Callable[[Tensor], None]:
    """A step as a textbook writes it, on a model of the same kind: zero_grad, forward, backward, clip, Adam."""
    model = copy.deepcopy(training.average).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

    def step(x: Tensor) -> None:
        loss = model.loss(x, len(training.train))
        optimizer.zero_grad()
        (loss.reconstruction.mean() + loss.kl.mean() + loss.parameter_kl).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def step(config: Config) -> Rows:
    """Milliseconds of a step by batch size: a textbook's, the program's, and the program's compiled."""
    rows: Rows = []
    for batch_size in (1, 20, 200, 1000):
        for name in MODELS:
            eager, x = setup(config, model=name, batch_size=batch_size)
            compiled, _ = setup(config, model=name, batch_size=batch_size)
            compiled.compile()
            textbook = textbook_step(eager)
            steps = {
                "textbook": lambda x=x, step=textbook: step(x),
                "eager": lambda x=x, t=eager: take_step(t, x),
                "compiled": lambda x=x, t=compiled: take_step(t, x),
            }
            taken = in_turns(15, steps, times=10)
            rows.append({"batch": batch_size, "model": name} | {kind: 1e3 * taken[kind] for kind in steps})
    return rows


def parts(config: Config) -> Rows:
    """Milliseconds of the parts of a step, eager, and of what is done once an epoch or once a run."""
    rows: Rows = []
    for name in MODELS:
        training, x = setup(config, model=name)
        model, rng, n = training.model, torch.Generator().manual_seed(0), len(training.train)
        posterior = model.encode(x)
        loss = model.loss(x, n)
        total = loss.reconstruction.mean() + loss.kl.mean() + loss.parameter_kl
        work = {
            "step": lambda t=training, x=x: take_step(t, x),
            "encoder": lambda m=model, x=x: m.encode(x),
            "decoder": lambda m=model, x=x, q=posterior: m.decode(q.mean).log_prob(x),
            "prior": lambda m=model, q=posterior: m.prior.kl(q, q.mean),
            "backward": lambda total=total: total.backward(retain_graph=True),
            "held-out pass": lambda t=training: evaluate_loss(t.model, t.held_out, 0),
            "4,000 points": lambda m=model, r=rng: m.sample(BLOCK, r),
        }
        rows.append({"model": name} | {part: 1e3 * value for part, value in in_turns(15, work, times=3).items()})
    return rows


def whole(config: Config) -> Rows:
    """A whole run of the sample data, with training, pictures and evaluation."""
    rows: Rows = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            run = run_main(dataclasses.replace(config, model=name, result_path=folder))
        rows.append({"model": name, "epochs": config.epochs} | run._asdict())
    return rows


def growth(config: Config) -> Rows:
    """Whole runs of three epochs against the number of points and the size of the picture."""
    rows: Rows = []
    for n, side in ((5_000, 300), (50_000, 1000), (500_000, 2000)):
        for name in MODELS:
            with tempfile.TemporaryDirectory() as folder:
                draw_many(Path(folder), n, side)
                settings = {"epochs": 3, "batch_size": 500, "compile": "never"}
                paths = {"data_path": folder, "result_path": f"{folder}/out"}
                run = run_main(dataclasses.replace(config, model=name, **settings, **paths))
            rows.append({"points": f"{n:,}", "picture": f"{side}x{side}", "model": name} | run._asdict())
    return rows


def draw_many(folder: Path, n: int, side: int) -> None:
    """A data set of `n` points, of which some share a pixel, in a picture of `side` x `side` pixels."""
    rng = np.random.default_rng(0)
    rows, columns = (values[rng.integers(0, len(values), n)] for values in np.nonzero(glyph_mask(size=side)))
    colors = np.column_stack([rows, columns, side - rows]) * (255 / side) + rng.normal(0, 7, (n, 3))
    write(folder, rows, columns, as_jpeg(rows, columns, colors, (side, side)))


class Run(NamedTuple):
    """What a process took: wall seconds, CPU seconds, and peak memory in MB."""

    seconds: float
    cpu_seconds: float
    peak_memory: float


def run_main(config: Config) -> Run:
    """`python main.py` with the settings of `config`, in a process of its own."""
    start = time.perf_counter()
    arguments = [f"{key}={value}" for key, value in dataclasses.asdict(config).items()]
    process = subprocess.Popen([sys.executable, "main.py", *arguments], cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"main.py {' '.join(arguments)} ended with status {status}")
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def show(part: str, rows: Rows) -> None:
    """Print a part's rows as a table of Markdown under its first line."""
    print(f"\n{part}: {PARTS[part].__doc__}\n")
    names = list(rows[0])
    for cells in (names, ["---"] * len(names), *([as_text(row[name]) for name in names] for row in rows)):
        print(f"| {' | '.join(cells)} |", flush=True)


def as_text(value: object) -> str:
    """A number with three digits or more."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


PARTS: dict[str, Callable[[Config], Rows]] = {part.__name__: part for part in (step, parts, whole, growth)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.benchmark", description=__doc__.partition("\n")[0])
    parser.add_argument("words", metavar="PART, key=value", nargs="*", help=f"any of {', '.join(PARTS)}; any settings")
    words = parser.parse_args().words
    if unknown := [word for word in words if "=" not in word and word not in PARTS]:
        parser.error(f"no part is called {unknown[0]}")
    settings = load_config(REPOSITORY / "config.yaml", [word for word in words if "=" in word])
    torch.set_num_threads(settings.threads)
    for part in [word for word in words if "=" not in word] or PARTS:
        show(part, PARTS[part](settings))
