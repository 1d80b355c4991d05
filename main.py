"""Train a variational autoencoder on colored points, draw new ones from it, and test whether they look like the data.

A run, read top to bottom: config -> data -> model -> fit -> generate -> judge -> draw.
"""

import contextlib
import dataclasses
import math
import sys
from typing import TYPE_CHECKING

from data.points import ColoredPoints, read_points
from utils.program.errors import run_program
from utils.settings.command_line import continue_command, parse_command_line
from utils.settings.config import Config

# PyTorch and matplotlib take seconds to load. They are imported where they are used, so that --help and mistakes in the
# settings or the data are answered at once.
if TYPE_CHECKING:
    import numpy as np
    import torch

    from models.generator import Generator
    from utils.evaluation.result import Evaluation


def main(arguments: list[str]) -> None:
    """One run, from its command line to its last picture.

    Raises InputError if the person has to fix something, and Interrupted if they stopped it.
    """
    config, resume = parse_command_line(arguments, __doc__.partition("\n")[0])
    command = continue_command(config, arguments)
    data = read_points(config.data_path)

    import torch

    from utils.evaluation.likelihood import posterior_means
    from utils.program.files import claimed
    from utils.program.interruption import saying_how_to_continue
    from utils.runs.console import describe_data, describe_result, suggestion
    from utils.runs.folders import set_aside
    from utils.runs.generation import generate, load_fitting_generator
    from utils.runs.provenance import provenance
    from utils.training.device import pick_device

    torch.set_num_threads(config.threads)
    made_with = provenance()
    device = pick_device(config.device)
    print(describe_data(config, data))
    runs = config.each_model()
    check(runs, data, resume)

    with contextlib.ExitStack() as folders:
        for run in runs:
            folders.enter_context(claimed(run.output))
        for run in runs:
            if run.retrain and not resume and (earlier := set_aside(run.output, run.keep_runs)):
                print(f"the earlier run is in {earlier}")
        for run in runs:
            generator = train(run, data, device, resume, command) if run.retrain else load_fitting_generator(run, data)
            # Not needed before: matplotlib takes a while to load, and training need not wait for it.
            from utils.runs.gallery import draw_models, draw_run, shown
            from utils.runs.page import write_page

            with saying_how_to_continue(f"the model is saved; to draw and judge: {command}"):
                points = generate(generator, run)
                means = posterior_means(generator, shown(data))
                found = judge(generator, data, points, means)
                draw_run(run, generator, data, points, means, found)
                write_page(run, generator, data, points, means, found, made_with)
            print(describe_result(run, found))
        if len(runs) > 1:
            print(f"side by side: {draw_models(config)}")
    print(f"to try next: {suggestion(config, arguments)}")


def check(runs: list[Config], data: ColoredPoints, resume: bool) -> None:
    """Refuse, before anything is written, what could not be loaded or resumed later."""
    from utils.runs import checkpoint
    from utils.runs.generation import load_fitting_generator

    for run in runs:
        if not run.retrain:
            load_fitting_generator(run, data)
    if resume:
        started = [run for run in runs if checkpoint.exists(run.output)]
        for run in started or runs:
            checkpoint.read_checkpoint(run.output)


def train(config: Config, data: ColoredPoints, device: "torch.device", resume: bool, command: str) -> "Generator":
    """A generator trained on all but the held-out points, from the start or a checkpoint; `command` continues it."""
    import torch

    from models.generator import build_model
    from utils.program.interruption import Interrupted, deferred, saying_how_to_continue
    from utils.runs import checkpoint
    from utils.runs.console import describe_training
    from utils.runs.record import Record
    from utils.training.fast import is_worthwhile
    from utils.training.loop import Training

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
            again = command if resume else command.removesuffix(" --resume")
            with saying_how_to_continue(f"nothing was trained; to start again: {again}"):
                training.compile()
        except RuntimeError as error:
            print(f"not compiled, so training is slower ({error}); is a C++ compiler installed?")

    with deferred() as signals:
        try:
            training.run(record.add, stopped=lambda: bool(signals))
        finally:
            record.draw()
        if signals:
            record.save()
            raise Interrupted(signals[0], f"stopped after {len(record.epochs)} epochs; to continue: {command}")
    return record.generator


def judge(generator: "Generator", data: ColoredPoints, points: "np.ndarray", means: "np.ndarray") -> "Evaluation":
    """All figures of the model, and of its `points` against data that it never saw."""
    from utils.evaluation.evaluate import evaluate
    from utils.evaluation.likelihood import evaluate_model

    # The generator's own split: one that was loaded may have been trained with another seed than today's.
    training, held_out = data.split(generator.config["holdout"], generator.config["seed"])
    found = evaluate(points, training.points.numpy(), held_out.points.numpy(), draw_more=generator.sample_more)
    steps_per_epoch = math.ceil(len(training) / generator.config["batch_size"])
    model = evaluate_model(generator, training, held_out, means) | {
        "n_steps": generator.config["epochs"] * steps_per_epoch,
        "fingerprint": generator.fingerprint,
    }
    return dataclasses.replace(found, model=model)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
