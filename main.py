"""Train a variational autoencoder on colored points, draw new ones from it, and test whether they look like the data.

A run, read top to bottom: config -> data -> model -> fit -> generate -> judge -> draw.
"""

import sys

from data.points import read_points
from utils.settings.command_line import continue_command, parse_command_line
from utils.system.errors import run_program
from utils.system.interruption import saying_how_to_continue

DESCRIPTION = "Train a VAE on colored points, draw new ones from it, and test whether they look like the data."


def main(arguments: list[str]) -> None:
    """One run, from its command line to its last picture.

    Raises InputError if the person has to fix something, and Interrupted if they stopped it.
    """
    config, resume = parse_command_line(arguments, DESCRIPTION)
    data = read_points(config.data_path)
    command = continue_command(config, arguments)

    # Imported late, because PyTorch takes seconds to load: --help and mistakes in settings or data are answered before.
    from utils import session
    from utils.runs.console import suggestion

    with session.prepared(config, data, resume) as runs:
        for settings in runs:
            run = session.train(settings, data, resume, command) if settings.retrain else session.load(settings, data)
            with saying_how_to_continue(f"the model is saved; to draw and judge: {command}"):
                session.generate(run)
                session.judge(run)
                session.draw(run)
        session.compare(config, runs)
    print(f"to try next: {suggestion(config, arguments)}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
