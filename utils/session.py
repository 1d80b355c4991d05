"""The steps that main.py takes: folders for each run, then train, generate, judge and draw."""

import contextlib
import dataclasses
import math
from collections.abc import Iterator

import torch

from data.points import ColoredPoints
from models.generator import Generator, build_model
from utils.evaluation.evaluate import evaluate
from utils.evaluation.likelihood import evaluate_model
from utils.evaluation.result import Evaluation
from utils.program.errors import InputError
from utils.program.files import claimed
from utils.program.interruption import Interrupted, deferred, saying_how_to_continue
from utils.run import History, Run, read_history
from utils.runs import checkpoint
from utils.runs.console import describe_data, describe_result, describe_training, suggestion
from utils.runs.folders import set_aside
from utils.runs.generation import generate, load_fitting_generator
from utils.runs.provenance import provenance
from utils.runs.record import Record
from utils.settings.config import Config
from utils.training.device import pick_device
from utils.training.fast import is_worthwhile
from utils.training.loop import Training

__all__ = ["compare", "draw", "generate", "judge", "load", "prepared", "suggestion", "train"]


@contextlib.contextmanager
def prepared(config: Config, data: ColoredPoints, resume: bool) -> Iterator[tuple[list[Config], dict[str, str]]]:
    """The settings of each run that `config` asks for, and what all are made with; their folders belong to them.

    Earlier runs are moved out of these folders. Nothing is written before all that could be refused later is checked.
    """
    torch.set_num_threads(config.threads)
    pick_device(config.device)
    print(describe_data(config, data))
    runs = config.each_model()
    for run in runs:
        if not run.retrain:
            load_fitting_generator(run, data)
    if resume:
        started = [run for run in runs if checkpoint.exists(run.output)]
        for run in started or runs:
            checkpoint.read_checkpoint(run.output)
    with contextlib.ExitStack() as folders:
        for run in runs:
            folders.enter_context(claimed(run.output))
        for run in runs:
            if run.retrain and not resume and (earlier := set_aside(run.output, run.keep_runs)):
                print(f"the earlier run is in {earlier}")
        yield runs, provenance()


def train(config: Config, data: ColoredPoints, resume: bool, command: str) -> tuple[Generator, History]:
    """A generator trained on all but the held-out points, and how training went; `command` continues it.

    It starts from a checkpoint if it is to `resume` and there is one.
    """
    training_points, held_out = data.split(config.holdout, config.seed)
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), data.scaling).to(pick_device(config.device))
    training = Training(model, training_points, held_out, config)
    record = Record(config, training, data)
    if resume and checkpoint.exists(config.output):
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
    return record.generator, record.history


def load(config: Config, data: ColoredPoints) -> tuple[Generator, History]:
    """The generator that an earlier run of `config` left, and how its training went."""
    return load_fitting_generator(config, data), read_history(config.output)


def judge(run: Run) -> Evaluation:
    """All figures of the model, and of its samples against data that it never saw."""
    trained = run.generator.config
    # The generator's own split: one that was loaded may have been trained with another seed than today's.
    training, held_out = run.data.split(trained["holdout"], trained["seed"])
    more = run.generator.sample_more
    found = evaluate(run.samples, training.points.numpy(), held_out.points.numpy(), draw_more=more)
    model = evaluate_model(run.generator, training, held_out, run.means) | {
        "n_steps": trained["epochs"] * math.ceil(len(training) / trained["batch_size"]),
        "fingerprint": run.generator.fingerprint,
    }
    return dataclasses.replace(found, model=model)


def draw(run: Run, made_with: dict[str, str]) -> None:
    """Write the pictures and the page of `run` into its folder, and print what it came to."""
    # Imported late, because matplotlib takes a while to load, and training need not wait for it.
    from utils.report.page import write_page
    from utils.runs.gallery import plot_run

    write_page(run, plot_run(run), made_with)
    print(describe_result(run.folder, run.evaluation))


def compare(config: Config, runs: list[Config]) -> None:
    """Draw the models that `config` trained side by side, if they are several."""
    if len(runs) < 2:
        return
    from utils.runs.gallery import plot_models

    try:
        print(f"side by side: {plot_models(config)}")
    except InputError as error:
        print(f"not shown side by side: {error}")


def _compile(training: Training, command: str) -> None:
    """Compile the steps of `training`, if this machine can; `command` starts the run again."""
    print("compiling the training step, which takes a minute the first time on a machine")
    try:
        with saying_how_to_continue(f"nothing was trained; to start again: {command}"):
            training.compile()
    except RuntimeError as error:
        print(f"not compiled, so training is slower ({error}); is a C++ compiler installed?")
