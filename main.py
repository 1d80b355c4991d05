"""Train a variational autoencoder on colored points, draw new ones from it, and test whether they look like the data.

A run, read top to bottom: config -> data -> model -> fit -> generate -> judge -> draw.
"""

import contextlib
import dataclasses
import sys

import torch

from data.points import ColoredPoints, read_points
from models.generator import Generator, build_model
from utils.evaluation.figures import Evaluation, evaluate
from utils.evaluation.likelihood import evaluate_model
from utils.evaluation.words import verdict
from utils.program.errors import InputError, run_program
from utils.program.files import claimed
from utils.program.interruption import Interrupted, deferred, saying_how_to_continue
from utils.run import History, Run, read_history, true_settings
from utils.runs import checkpoint
from utils.runs.folders import set_aside
from utils.runs.generation import generate, load_fitting_generator
from utils.runs.provenance import provenance
from utils.runs.record import Record
from utils.runs.report import describe_data, describe_result, describe_training, suggestion
from utils.settings.command_line import continue_command, parse_command_line
from utils.settings.config import Config
from utils.training.compilation import is_worthwhile
from utils.training.device import pick_device
from utils.training.loop import Training


def main(arguments: list[str]) -> None:
    """One run, from its command line to its last picture.

    Raises InputError if the person has to fix something, and Interrupted if they stopped it.
    """
    config, resume = parse_command_line(arguments, __doc__.partition("\n")[0])
    command = continue_command(config, arguments)
    torch.set_num_threads(config.threads)
    made_with = provenance()
    device = pick_device(config.device)
    data = read_points(config.data_path)
    print(describe_data(config, data))
    runs = config.each_model()
    check(runs, data, resume)

    with contextlib.ExitStack() as folders:
        for settings in runs:
            folders.enter_context(claimed(settings.output))
        for settings in runs:
            if settings.retrain and not resume and (earlier := set_aside(settings.output, settings.keep_runs)):
                print(f"the earlier run is in {earlier}")
        for settings in runs:
            generator, history = obtain(settings, data, device, resume, command)
            with saying_how_to_continue(f"the model is saved; to draw and judge: {command}"):
                settings = true_settings(settings, generator.config)
                show(Run(settings, generator, data, history, generate(generator, settings)), made_with)
        if len(runs) > 1:
            from utils.runs.gallery import plot_models

            try:
                print(f"side by side: {plot_models(config)}")
            except InputError as error:
                print(f"not shown side by side: {error}")
    print(f"to try next: {suggestion(config)}")


def check(runs: list[Config], data: ColoredPoints, resume: bool) -> None:
    """Refuse, before anything is written, what could not be loaded or resumed later."""
    for run in runs:
        if not run.retrain:
            load_fitting_generator(run, data)
    if resume:
        started = [run for run in runs if checkpoint.exists(run.output)]
        for run in started or runs:
            checkpoint.read_checkpoint(run.output)


def obtain(
    config: Config, data: ColoredPoints, device: torch.device, resume: bool, command: str
) -> tuple[Generator, History]:
    """The trained generator that `config` asks for, trained now or read from its folder, and its training's history."""
    if not config.retrain:
        return load_fitting_generator(config, data), read_history(config.output)
    record = train(config, data, device, resume, command)
    return record.generator, record.history


def train(config: Config, data: ColoredPoints, device: torch.device, resume: bool, command: str) -> Record:
    """Train on all but the held-out points, from the start or a checkpoint; `command` continues it."""
    training_points, held_out = data.split(config.holdout, config.seed)
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), data.scaling).to(device)
    training = Training(model, training_points, held_out, config)
    record = Record(config, training, data)
    if resume and checkpoint.exists(config.output):
        record.resume()
    print(describe_training(config, training))
    if is_worthwhile(config.compile, training.n_steps):
        print("compiling the training step, which takes a minute the first time on a machine")
        try:
            training.compile()
        except RuntimeError as error:
            print(f"not compiled, so training is slower ({error}); is a C++ compiler installed?")

    with deferred() as signals:
        try:
            training.run(record.add, stopped=lambda: bool(signals))
        finally:
            record.plot()
        if signals:
            record.save()
            raise Interrupted(signals[0], f"stopped after {len(record.epochs)} epochs; to continue: {command}")
    return record


def show(run: Run, made_with: dict[str, str]) -> None:
    """Judge `run`, plot it, write its page, and print what it came to."""
    # Imported late, because matplotlib takes a while to load, and training need not wait for it.
    from utils.report.page import write_page
    from utils.runs.gallery import plot_run

    run.evaluation = judge(run)
    write_page(run, plot_run(run), made_with)
    print(describe_result(run.folder, run.evaluation.figures))


def judge(run: Run) -> Evaluation:
    """All figures of the model, and of its samples against data that it never saw."""
    # The generator's own split: one that was loaded may have been trained with another seed than today's.
    training, held_out = run.data.split(run.generator.config["holdout"], run.generator.config["seed"])
    more = run.generator.sample_more
    found = evaluate(run.samples, training.points.numpy(), held_out.points.numpy(), draw_more=more)
    figures = evaluate_model(run.generator, training, held_out, run.means) | found.figures
    return found._replace(figures=figures | {"verdict": verdict(found.figures)})


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
