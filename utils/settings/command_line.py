"""The command line of main.py."""

import re
from collections.abc import Sequence
from pathlib import Path

from utils.program.commands import ROOT, Parser, main_command
from utils.program.errors import InputError
from utils.settings.config import KINDS, Config, describe, load_config

FILE = "config.yaml"


def parse_command_line(arguments: Sequence[str], description: str) -> tuple[Config, bool]:
    """The configuration that the command line asks for, and whether to resume.

    Without --config, the settings are in config.yaml in the current folder or, if it has none, beside main.py.
    Raises InputError if it cannot be done.
    """
    parser = Parser("python main.py", description, epilog="keys, with their types and [defaults]:\n" + describe())
    parser.add_argument("--config", metavar="FILE", help=f"settings in YAML ({FILE}, here or beside main.py)")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="a setting that replaces the file's")
    for argument, previous in zip(arguments, ["", *arguments], strict=False):
        if previous != "--config":
            _refuse_other_forms(argument)
    options = parser.parse_intermixed_args(arguments)
    if options.config is None and not Path(FILE).exists() and (ROOT / FILE).exists():
        config = load_config(ROOT / FILE, options.overrides, base=ROOT)
    else:
        config = load_config(options.config or FILE, options.overrides)
    if options.resume and not config.retrain:
        raise InputError("--resume continues training, retrain=false only generates: leave one of them out")
    return config, options.resume


def continue_command(config: Config, arguments: Sequence[str]) -> str:
    """The command that continues the run of `config` that `arguments` started, in training or after it."""
    return main_command(*changed(arguments), *(["--resume"] if config.retrain else []))


def changed(arguments: Sequence[str], **settings: object) -> list[str]:
    """The `arguments` of a run with other `settings`, and without --resume."""
    kept = [argument for argument in arguments if argument != "--resume" and argument.partition("=")[0] not in settings]
    return [*kept, *(f"{name}={value}" for name, value in settings.items() if value is not None)]


def _refuse_other_forms(argument: str) -> None:
    """Say how to write what was written as in other programs: --epochs 20, config.yaml, or resume=true."""
    word = re.split("[=:]", argument.lstrip("-"))[0].lower().replace("-", "_")
    is_option = argument.startswith("-")
    if is_option and word in KINDS:
        raise InputError(f"the command line: {argument}: keys have no dashes; write {word}=VALUE")
    if argument.partition("=")[0] in ("--config", "--resume"):
        return
    if word in ("resume", "continue") and (is_option or "=" in argument or argument == word):
        raise InputError(f"the command line: {argument}: an interrupted run is continued with --resume")
    is_file = not is_option and "=" not in argument and argument.lower().endswith((".yaml", ".yml"))
    if is_file or word in ("config", "configuration", "settings", "cfg", "c"):
        raise InputError(f"the command line: {argument}: a file of settings is named with --config FILE")
