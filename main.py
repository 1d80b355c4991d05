"""Train a variational autoencoder on colored points, draw new ones from it, and test whether they look like the data.

A run, read top to bottom: config -> data -> model -> fit -> generate -> judge -> report -> compare.
"""

import sys

from data.points import read_points
from utils.settings.config import changed, parse_command_line
from utils.system.program import main_command, run_program, saying_how_to_continue

DESCRIPTION = "Train a VAE on colored points, draw new ones from it, and test whether they look like the data."


def main(arguments: list[str]) -> None:
    """One run for each model that the command line asks for, from its settings to its last picture.

    Raises InputError if the person has to fix something, and Interrupted if they stopped it.
    """
    settings, resume = parse_command_line(arguments, DESCRIPTION)
    data = read_points(settings.data_path)

    # Imported late, because PyTorch takes seconds to load: --help and mistakes in settings or data are answered before.
    import torch

    from models.generator import build_model
    from utils.runs.folders import claimed_folders, clear_results
    from utils.runs.run import FreshRun
    from utils.runs.steps import compare, describe_training, generate, judge, losses_plotted, report, suggestion
    from utils.system.environment import keep_freed_memory, own_torch_state
    from utils.training.checkpoint import Record, check, load_trained
    from utils.training.loop import Training

    configs = settings.each_model()
    command = main_command(*changed(arguments), *["--resume"] * settings.retrain)
    print(f"data: {len(data):,} points from {settings.data_path}")
    check(configs, data, resume)
    keep_freed_memory()
    with own_torch_state(settings.threads), claimed_folders(configs, is_resumed=resume):
        for config in configs:
            if config.retrain:
                train, held_out = data.split(config.holdout, config.seed)
                torch.manual_seed(config.seed)
                model = build_model(vars(config), data.scaling).to(config.device)
                training = Training(model, train, held_out, config)
                record = Record(config, training, data)
                if resume:
                    record.resume()
                clear_results(config.output)
                print(describe_training(training))
                with saying_how_to_continue(f"nothing was trained; to start again: {main_command(*arguments)}"):
                    training.compile_if_worthwhile()
                with losses_plotted(config), record.stoppable(command) as signals:
                    training.run(record.add, signals)
                generator = record.generator
            else:
                generator = load_trained(config, data)
            with saying_how_to_continue(f"the model is saved; to draw and judge: {command}"):
                folder, samples = generate(generator, config)
                evaluation = judge(generator, samples, data)
                report(FreshRun(folder, data, evaluation))
        compare(configs)
    print(f"to try next: {suggestion(settings, data.fingerprint(), arguments)}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
