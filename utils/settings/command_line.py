"""The command line of main.py."""

import argparse
import shlex
from typing import NoReturn

from utils.program.errors import InputError
from utils.settings.config import Config, describe, load_config


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, raised as InputError."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; see --help")


def parse_command_line(arguments: list[str], description: str) -> tuple[Config, bool]:
    """The configuration that the command line asks for, and whether to resume.

    Raises InputError if it asks for what is not there, or for what cannot be.
    """
    parser = Parser(
        prog="python main.py",
        description=description,
        epilog="keys, with their types and [defaults]:\n" + describe(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="settings in YAML (config.yaml)")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="a setting that replaces the file's")
    options = parser.parse_intermixed_args(arguments)
    config = load_config(options.config, options.overrides)
    if options.resume and not config.retrain:
        raise InputError("--resume continues training, retrain=false only generates: leave one of them out")
    return config, options.resume


def resume_command(arguments: list[str]) -> str:
    """The command that continues the run that `arguments` started."""
    return shlex.join(["python", "main.py", *(a for a in arguments if a != "--resume"), "--resume"])
