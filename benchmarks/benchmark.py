"""Where the time goes. `python -m benchmarks.benchmark [PART ...] [--json FILE]` measures all parts, or those named.

Each figure is the median of several, taken in turns with what it is compared to. On a noisy machine, believe ratios.
"""

import argparse
import copy
import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode

from data.drawing import as_jpeg, glyph_mask, write
from data.points import read_points
from models.generator import BLOCK, build_model
from models.registry import MODELS
from models.vae import Noise
from utils.evaluation.likelihood import evaluate_loss
from utils.pictures.painting import paint, save_picture
from utils.run import read_history
from utils.runs.console import n_cores
from utils.runs.record import FRAME_POINTS, Record
from utils.settings.config import Config
from utils.training.loop import Training

REPOSITORY = Path(__file__).parent.parent
# Of a training whose overhead is measured, and of a whole run.
EPOCHS, WHOLE_EPOCHS = 10, 20
SAMPLE_DATA = REPOSITORY / "gen_ml_quiz_content"
Rows = list[dict]


def setup(**settings: object) -> Training:
    """A training on the sample data, about to begin."""
    config = Config(data_path=str(SAMPLE_DATA), **settings)
    torch.manual_seed(config.seed)
    train, held_out = read_points(config.data_path).split(config.holdout, config.seed)
    return Training(build_model(dataclasses.asdict(config), train.scaling), train, held_out, config)


def first_points(training: Training, n: int) -> torch.Tensor:
    """The training set's first `n` points, dequantized."""
    return training.train.scaling.dequantize(training.train.points[:n], torch.Generator().manual_seed(0))


def seconds(function: Callable[[], object], times: int = 1) -> float:
    """What a call takes, the mean of `times`."""
    start = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - start) / times


def in_turns(rounds: int, functions: dict[str, Callable[[], object]], times: int = 1) -> dict[str, float]:
    """The median time of a call of each function: they take turns, so that all of them meet the machine's moods."""
    taken = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(rounds):
        for name, function in functions.items():
            taken[name].append(seconds(function, times))
    return {name: median(values) for name, values in taken.items()}


def bare_step(training: Training, fused: bool) -> Callable[[torch.Tensor], None]:
    """A step as a textbook writes it, on a model of the same kind: zero_grad, forward, backward, clip, Adam."""
    model = build_model(dataclasses.asdict(training.config), training.train.scaling)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=fused or None)
    rng = torch.Generator().manual_seed(0)

    def step(x: torch.Tensor) -> None:
        reconstruction, kl, _ = model.loss(x, model.sample_noise(len(x), rng))
        optimizer.zero_grad()
        (reconstruction.mean() + kl.mean()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def overhead() -> Rows:
    """Training through the program, with all that it writes after each epoch, over a bare loop of as many steps."""
    rows = []
    for name in MODELS:
        same = setup(model=name)
        bare = bare_step(same, fused=True)
        batches = first_points(same, len(same.train)).split(same.config.batch_size)
        with tempfile.TemporaryDirectory() as folder:

            def program(name: str = name, folder: str = folder) -> None:
                record = new_record(setup(model=name, epochs=EPOCHS, result_path=folder))
                record.training.run(record.add)

            loops = {
                "program": program,
                "same": lambda t=same, b=batches: [t.take_step(x) for x in b * EPOCHS],
                "bare": lambda b=batches, bare=bare: [bare(x) for x in b * EPOCHS],
            }
            taken = in_turns(5, loops)
        rows.append(
            {
                "model": name,
                "over the same steps": taken["program"] / taken["same"],
                "over textbook steps": taken["program"] / taken["bare"],
            }
        )
    return rows


def new_record(training: Training) -> Record:
    """The record of a `training`, whose folder is made."""
    training.config.output.mkdir(exist_ok=True)
    return Record(training.config, training, training.train)


def parts() -> Rows:
    """Milliseconds of what an epoch consists of. All but the steps and the copies is done beside the next epoch."""
    rows = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            training = setup(model=name, result_path=folder)
            record, generator = new_record(training), new_record(training).generator
            batches = first_points(training, len(training.train)).split(training.config.batch_size)
            points = generator.sample(FRAME_POINTS, 0)
            picture = training.config.output / "epoch.png"
            work = {
                "steps": lambda t=training, b=batches: [t.take_step(x) for x in b],
                "copies": lambda t=training: copy.deepcopy(t.state_dict()),
                "held-out pass": lambda t=training: evaluate_loss(t.model, t.held_out, 0),
                "points of the picture": lambda g=generator: g.sample(FRAME_POINTS, 0),
                "picture": lambda t=training, p=points, file=picture: save_picture(paint(p, t.train.canvas), file),
                "model, history, checkpoint": record.save,
            }
            taken = in_turns(9, work)
        rows.append({"model": name} | {part: 1e3 * value for part, value in taken.items()})
    return rows


def products() -> Rows:
    """A step at the default batch size over its matrix products alone, forward and backward, uncompiled."""
    rows = []
    for name in MODELS:
        training = setup(model=name)
        x = first_points(training, training.config.batch_size)
        with Products() as recorded:
            training.take_step(x)
        work = {
            "step": lambda t=training, x=x: t.take_step(x),
            "products": lambda calls=recorded.calls: [product(*factors) for product, factors in calls],
        }
        taken = in_turns(15, work, times=3)
        rows.append(
            {
                "model": name,
                "milliseconds a step": 1e3 * taken["step"],
                "products": len(recorded.calls),
                "milliseconds of products": 1e3 * taken["products"],
                "over products": taken["step"] / taken["products"],
            }
        )
    return rows


class Products(TorchDispatchMode):
    """Records the matrix products that are computed while it is active: each with its factors, to be repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = []

    def __torch_dispatch__(
        self, function: Callable, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> object:
        if function.overloadpacket.__name__ in ("mm", "addmm", "bmm", "baddbmm"):
            factors = [arg.detach() if isinstance(arg, torch.Tensor) else arg for arg in args]
            self.calls.append((function, factors))
        return function(*args, **(kwargs or {}))


def whole() -> Rows:
    """Whole runs, alone and with one busy process per core beside them, and the CPU seconds that they take."""
    rows = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            arguments = (f"model={name}", f"epochs={WHOLE_EPOCHS}", f"result_path={folder}", "keep_runs=0")
            idle = run_main(*arguments)
            with busy_cores():
                busy = run_main(*arguments)
        rows.append(
            {
                "model": name,
                "epochs": WHOLE_EPOCHS,
                "seconds alone": idle.seconds,
                "CPU seconds": idle.cpu_seconds,
                "seconds beside busy processes": busy.seconds,
                "times alone": busy.seconds / idle.seconds,
                "peak memory (MB)": idle.peak,
            }
        )
    return rows


@contextmanager
def busy_cores() -> Iterator[None]:
    """One process per core that computes as long as this lasts, and ten minutes at most."""
    code = "import time\nend = time.monotonic() + 600\nwhile time.monotonic() < end: pass"
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(n_cores())]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def start() -> Rows:
    """From `python main.py` to the first step, over `import torch`; both in processes of their own."""
    code = (
        "import os, utils.training.loop as t; t.Training.take_step = lambda *_: os._exit(0)\n"
        "import main; main.main(['result_path={}'])"
    )
    with tempfile.TemporaryDirectory() as folder:

        def run(code: str) -> None:
            subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)

        taken = in_turns(
            5, {"start": lambda: run(code.format(folder)), "torch": lambda: run("import os, torch; os._exit(0)")}
        )
    return [{"to the first step (s)": taken["start"], "over import torch": taken["start"] / taken["torch"]}]


def operators(function: Callable[[], object]) -> int:
    """How many of PyTorch's operators a call runs, those that others call counted in."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        function()
    return sum(event.count for event in profiler.key_averages() if event.key.startswith("aten::"))


def step() -> Rows:
    """What a step costs, uncompiled."""
    rows = []
    for batch_size in (1, 16, 100, 500):
        trainings = {name: setup(model=name, batch_size=batch_size) for name in MODELS}
        x = first_points(trainings["vanilla"], batch_size)
        steps = {name: lambda t=training, x=x: t.take_step(x) for name, training in trainings.items()}
        taken = in_turns(15, steps, times=10)
        rows += [
            {
                "batch": batch_size,
                "model": name,
                "microseconds a step": 1e6 * taken[name],
                "points a second": batch_size / taken[name],
                "operators": operators(steps[name]),
                "over vanilla": taken[name] / taken["vanilla"],
            }
            for name in MODELS
        ]
    return rows


def seed() -> Rows:
    """`batch_size: 1`: the program's points a second over those of the textbook's loop, uncompiled and compiled."""
    rows = []
    for name in MODELS:
        compiled = setup(model=name, batch_size=1)
        eager = setup(model=name, batch_size=1, compile="never")
        try:
            making = seconds(compiled.compile)
        except RuntimeError as error:
            return [{"model": name, "not compiled": str(error)}]
        arguments = gradient_arguments(eager)
        ours, theirs = (torch.cat(t.gradients(*arguments)) for t in (compiled, eager))
        textbook = bare_step(eager, fused=False)
        points = first_points(eager, 200).split(1)
        loops = {
            "textbook": lambda points=points, step=textbook: [step(x) for x in points],
            "uncompiled": lambda points=points, t=eager: [t.take_step(x) for x in points],
            "compiled": lambda points=points, t=compiled: [t.take_step(x) for x in points],
        }
        taken = in_turns(7, loops)
        rates = {workers: [] for workers in (0, 4)}
        for _ in range(3):
            for workers, values in rates.items():
                values.append(steps_a_second(setup(model=name, batch_size=1, num_workers=workers)))
        rows.append(
            {
                "model": name,
                "textbook, points a second": 200 / taken["textbook"],
                "uncompiled, times that": taken["textbook"] / taken["uncompiled"],
                "compiled, times that": taken["textbook"] / taken["compiled"],
                "4 workers over 0": median(rates[4]) / median(rates[0]),
                "difference of gradients": ((ours - theirs).norm() / theirs.norm()).item(),
                "seconds to compile": making,
            }
        )
    return rows


def compilation() -> Rows:
    """Microseconds of a step's parts, uncompiled and compiled, in turns."""
    rows = []
    for name, batch_size in itertools.product(MODELS, (1, 200)):
        work = {}
        for setting in ("never", "always"):
            training = setup(model=name, batch_size=batch_size, compile=setting)
            if setting == "always":
                training.compile()
            arguments = gradient_arguments(training)
            vectors = [vector.clone() for vector in training.gradients(*arguments)[:-1]]
            work |= {
                f"step, {setting}": lambda t=training, x=arguments[0]: t.take_step(x),
                f"gradient, {setting}": lambda t=training, a=arguments: t.gradients(*a),
                f"clip and Adam, {setting}": lambda t=training, v=vectors: t.optimizer.step(copy.deepcopy(v), 9, 0),
            }
        work["noise"] = lambda t=training, n=batch_size: t.model.sample_noise(n, t.noise_rng)
        taken = in_turns(25, work, times=20)
        rows.append({"model": name, "batch": batch_size} | {part: 1e6 * value for part, value in taken.items()})
    return rows


def gradient_arguments(training: Training) -> tuple[torch.Tensor, Noise, torch.Tensor]:
    """What the gradients of a batch depend on."""
    x = first_points(training, training.config.batch_size)
    return x, training.model.sample_noise(len(x), torch.Generator().manual_seed(0)), torch.tensor(0.5)


def steps_a_second(training: Training, n: int = 1500) -> float:
    """Of the program's own loop, compiled, its loader included once it is under way."""
    training.compile()
    ends = []

    def stopped() -> bool:
        ends.append(time.perf_counter())
        return len(ends) > n

    training.run(lambda epoch: None, stopped)
    return (n - 100) / (ends[n] - ends[100])


def sampling() -> Rows:
    """Points a second from a generator."""
    rows = []
    for name in MODELS:
        model, rng = setup(model=name).model, torch.Generator().manual_seed(0)
        rate = BLOCK / in_turns(15, {"block": lambda m=model, r=rng: m.sample(BLOCK, r)})["block"]
        rows.append({"model": name, "points a second": rate})
    return rows


def memory() -> Rows:
    """Peak memory of drawing many points into a file, with their evaluation and pictures, and of a large picture."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        run_main(f"result_path={folder}", "model=vanilla", "epochs=1")
        for n in (10_000, 1_000_000, 10_000_000):
            run = run_main(f"result_path={folder}", "model=vanilla", "retrain=False", f"n_generate={n}")
            rows.append({"what": f"{n:,} generated points", "seconds": run.seconds, "peak memory (MB)": run.peak})
        draw_many(Path(folder), 5000, 3000, 4000)
        settings = (f"data_path={folder}", "model=vanilla", "epochs=100", "batch_size=4500")
        run = run_main(*settings, f"result_path={folder}")
        what = "a picture of 4000x3000, 100 epochs"
        rows.append({"what": what, "seconds": run.seconds, "peak memory (MB)": run.peak})
    return rows


def growth() -> Rows:
    """Seconds and memory of whole runs of three epochs, with pictures and evaluation, against the number of points."""
    rows = []
    for n, side in ((5_000, 300), (50_000, 1000), (500_000, 2000), (5_000_000, 4000)):
        with tempfile.TemporaryDirectory() as folder:
            draw_many(Path(folder), n, side, side)
            load = in_turns(3, {"load": lambda folder=folder: read_points(folder)})["load"]
            # Of five million points, three epochs of the attention model take half an hour.
            for name in MODELS if n < 5_000_000 else ["vanilla"]:
                settings = (f"model={name}", "epochs=3", "batch_size=500", "compile=never", f"data_path={folder}")
                run = run_main(*settings, f"result_path={folder}/out")
                history = read_history(Path(folder) / "out" / name)
                rows.append(
                    {
                        "points": f"{n:,}",
                        "picture": f"{side}x{side}",
                        "model": name,
                        "seconds to load": load,
                        "microseconds a point in an epoch": 1e6 * float(np.median(history["seconds"])) / (0.9 * n),
                        "seconds in all": run.seconds,
                        "CPU seconds": run.cpu_seconds,
                        "peak memory (MB)": run.peak,
                    }
                )
    return rows


def draw_many(folder: Path, n: int, height: int, width: int) -> None:
    """A data set of `n` points, of which some share a pixel, in a picture of `height` x `width` pixels."""
    rng = np.random.default_rng(0)
    rows, columns = (values[rng.integers(0, len(values), n)] for values in np.nonzero(glyph_mask(size=height)))
    colors = np.column_stack([rows, columns, height - rows]) * (255 / height) + rng.normal(0, 7, (n, 3))
    write(folder, rows, columns, as_jpeg(rows, columns, colors, (height, width)))


class Run(NamedTuple):
    """What a process took: wall seconds, CPU seconds, and peak memory in MB."""

    seconds: float
    cpu_seconds: float
    peak: float


def run_main(*arguments: str) -> Run:
    """`python main.py` in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "main.py", *arguments], cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"main.py {' '.join(arguments)} ended with status {status}")
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def show(part: str, rows: Rows) -> None:
    """Print a part's rows as a table of Markdown under its first line."""
    print(f"\n{part}: {PARTS[part].__doc__}\n")
    names = list(rows[0])
    for cells in (names, ["---"] * len(names), *([_text(row.get(name, "")) for name in names] for row in rows)):
        print(f"| {' | '.join(cells)} |", flush=True)


def _text(value: object) -> str:
    """A number with three digits or more."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


PARTS = {
    part.__name__: part
    for part in (parts, overhead, start, whole, products, step, seed, compilation, sampling, memory, growth)
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.benchmark", description=__doc__)
    parser.add_argument("parts", metavar="PART", nargs="*", help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--json", metavar="FILE", help="where to write all figures")
    options = parser.parse_args()
    torch.set_num_threads(Config.threads)
    figures = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    for part in options.parts or PARTS:
        try:
            figures[part] = PARTS[part]()
        except RuntimeError as error:
            print(f"\n{part}: not measured, for it does not work on this machine: {error}")
        else:
            show(part, figures[part])
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
