"""The command line of main.py."""

import argparse
import re
import shlex

from utils.program.errors import InputError
from utils.program.parser import Parser
from utils.settings.config import KINDS, Config, describe, load_config


def _refuse_dashes(arguments: list[str]) -> None:
    """Say how to write a key that was given in the style of an option, such as --epochs 20."""
    for argument in arguments:
        name = re.split("[=:]", argument.lstrip("-"))[0].replace("-", "_")
        if argument.startswith("-") and name in KINDS:
            raise InputError(f"the command line: {argument}: keys have no dashes; write {name}=VALUE")


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
    _refuse_dashes(arguments)
    options = parser.parse_intermixed_args(arguments)
    config = load_config(options.config, options.overrides)
    if options.resume and not config.retrain:
        raise InputError("--resume continues training, retrain=false only generates: leave one of them out")
    return config, options.resume


def continue_command(config: Config, arguments: list[str]) -> str:
    """The command that continues the run of `config` that `arguments` started, in training or after it."""
    flags = ["--resume"] if config.retrain else []
    return shlex.join(["python", "main.py", *(a for a in arguments if a != "--resume"), *flags])
