"""The steps that main.py takes: folders for each run, then train, generate, judge and draw."""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from data.coordinates import N_COORDINATES
from data.points import ColoredPoints
from models.generator import ARCHITECTURE, Generator, build_model, load_generator
from utils.evaluation.evaluate import evaluate
from utils.evaluation.likelihood import evaluate_model
from utils.runs.console import describe_data, describe_result, describe_training
from utils.runs.folders import COMPARED, clear_results, set_aside
from utils.runs.provenance import provenance
from utils.runs.record import Record, read_checkpoint
from utils.runs.run import History, Result, Run, Trained, read_history
from utils.settings.config import Config
from utils.system.errors import InputError
from utils.system.files import claimed, skipped_if_held, write_text, write_whole
from utils.system.interruption import Interrupted, deferred, saying_how_to_continue
from utils.system.memory import keep_freed_memory
from utils.training.device import pick_device
from utils.training.fast import is_worthwhile
from utils.training.loop import Training


@contextlib.contextmanager
def prepared(config: Config, data: ColoredPoints, resume: bool) -> Iterator[list[Config]]:
    """The settings of each run that `config` asks for, whose folders are theirs while this lasts.

    Earlier runs are moved out of these folders. Nothing is written before all that could be refused later is checked.
    """
    keep_freed_memory()
    torch.set_num_threads(config.threads)
    pick_device(config.device)
    print(describe_data(config, data))
    # Asked now, because files may change while a run trains.
    provenance()
    runs = config.each_model()
    for run in runs:
        if not run.retrain:
            load_fitting_generator(run, data)
    if resume:
        for run in [run for run in runs if _has_checkpoint(run)] or runs:
            read_checkpoint(run.output)
    with contextlib.ExitStack() as folders:
        for run in runs:
            folders.enter_context(claimed(run.output))
        for run in runs:
            if run.retrain and not resume and (earlier := set_aside(run.output, run.keep_runs)):
                print(f"the earlier run is in {earlier}")
        yield runs


def train(config: Config, data: ColoredPoints, resume: bool, command: str) -> Run:
    """Train on all but the held-out points, from the checkpoint if it is to `resume` and there is one.

    `command` continues the run if it is stopped.
    """
    training_points, held_out = data.split(config.holdout, config.seed)
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), data.scaling).to(pick_device(config.device))
    training = Training(model, training_points, held_out, config)
    record = Record(config, training, data)
    if resume and _has_checkpoint(config):
        record.resume()
    print(describe_training(config, training))
    if is_worthwhile(config.compile, training.n_steps):
        _compile(training, command if resume else command.removesuffix(" --resume"))

    with deferred() as signals:
        try:
            training.run(record.add, stopped=lambda: bool(signals))
        finally:
            record.plot()
        if signals:
            record.save()
            raise Interrupted(signals[0], f"stopped after {len(record.epochs)} epochs; to continue: {command}")
    return new_run(config, record.generator, data, record.history)


def load(config: Config, data: ColoredPoints) -> Run:
    """A run of the generator that an earlier run of `config` left."""
    return new_run(config, load_fitting_generator(config, data), data, read_history(config.output))


def new_run(config: Config, generator: Generator, data: ColoredPoints, history: History) -> Run:
    """A run of `generator` with the settings of its training, but for those of today, as the places of files are.

    Samples of another seed or number than the training's have a folder of their own within that of the training.
    """
    of_today = ("data_path", "result_path", "n_generate", "seed", "retrain", "keep_runs", "device", "threads")
    trained, folder = generator.config, config.output
    if not config.retrain and (config.seed, config.n_generate) != (trained["seed"], trained["n_generate"]):
        folder /= f"seed{config.seed}_n{config.n_generate}"
    settings = {name: value if name in of_today else trained.get(name, value) for name, value in vars(config).items()}
    return Run(folder, settings=settings, generator=generator, data=data, history=history)


def load_fitting_generator(config: Config, data: ColoredPoints) -> Generator:
    """The generator that an earlier run of `config` left.

    Raises InputError if there is none, or it was trained with other settings or on other data.
    """
    path, advice = config.output / Trained.MODEL, "train again, with retrain=true"
    generator = load_generator(path, config.device)
    for key in ("model", *ARCHITECTURE):
        wanted, found = getattr(config, key), generator.config[key]
        if wanted != found:
            raise InputError(
                f"{path}: was trained with {key}={found}, now it is {wanted}; set {key}={found}, or {advice}"
            )
    if generator.fingerprint != data.fingerprint():
        raise InputError(
            f"{path}: was trained on other data than {config.data_path} holds; set data_path to those, or {advice}"
        )
    return generator


def generate(run: Run) -> None:
    """Draw points into generated.npy, in blocks, so that they need not fit into memory.

    Raises InputError if they cannot be written.
    """
    run.folder.mkdir(exist_ok=True)
    clear_results(run.folder)
    if run.folder != run.config.output:
        write_text(run.folder / Trained.CONFIG, run.config.to_yaml())
    path, n = run.folder / Result.SAMPLES, run.config.n_generate

    def write(unfinished: Path) -> None:
        # Short jobs need no progress bar; None hides it unless stderr is a terminal.
        hidden = True if n < 100_000 else None
        with open(unfinished, "wb") as file, tqdm(total=n, unit="point", desc="generating", disable=hidden) as bar:
            layout = {"descr": "<i8", "fortran_order": False, "shape": (n, N_COORDINATES)}
            np.lib.format.write_array_header_1_0(file, layout)
            for block in run.generator.sample_blocks(n, run.config.seed):
                file.write(block.astype("<i8", copy=False).tobytes())
                bar.update(len(block))

    write_whole(path, write)
    run.samples = np.load(path, mmap_mode="r")


def judge(run: Run) -> None:
    """Evaluate the model, and its samples against data that it never saw."""
    trained = run.generator.config
    # The generator's own split: one that was loaded may have been trained with another seed than today's.
    training, held_out = run.data.split(trained["holdout"], trained["seed"])
    points, unseen = training.points.numpy(), held_out.points.numpy()
    # Other seeds, so that no further points are those of the run, or drawn twice. PyTorch reads 32 bits of a seed.
    seeds = itertools.count(run.config.seed ^ 2**31)
    found = evaluate(run.samples, points, unseen, draw_more=lambda n: run.generator.sample(n, next(seeds)))
    model = evaluate_model(run.generator, training, held_out, run.means)
    more = {"n_shown": trained["epochs"] * len(training), "fingerprint": run.generator.fingerprint}
    run.evaluation = dataclasses.replace(found, model=model | more)


def draw(run: Run) -> None:
    """Write the figures, the pictures and the page of `run` into its folder, and print what it came to."""
    # Imported late, because matplotlib takes a while to load, and training need not wait for it.
    from utils.runs.page import write_report

    write_report(run)
    print(describe_result(run.folder, run.evaluation))


def compare(config: Config, runs: list[Config]) -> None:
    """Plot the models that `config` trained side by side, if they are several, from what their runs wrote."""
    if len(runs) < 2:
        return
    from utils.runs.side_by_side import grouped, plot_side_by_side
    from utils.runs.style import save_plot

    path = config.output.parent / COMPARED
    try:
        with skipped_if_held():
            save_plot(path, plot_side_by_side, grouped([Run(run.output) for run in runs]))
            print(f"side by side: {path}")
    except InputError as error:
        print(f"not shown side by side: {error}")


def _has_checkpoint(config: Config) -> bool:
    return (config.output / Trained.CHECKPOINT).exists()


def _compile(training: Training, command: str) -> None:
    """Compile the steps of `training`, if this machine can; `command` starts the run again."""
    print("compiling the training step, which takes a minute the first time on a machine")
    try:
        with saying_how_to_continue(f"nothing was trained; to start again: {command}"):
            training.compile()
    except RuntimeError as error:
        print(f"not compiled, so training is slower ({error}); is a C++ compiler installed?")
