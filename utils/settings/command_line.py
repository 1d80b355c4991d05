"""The command line of main.py."""

from collections.abc import Sequence
from pathlib import Path

from utils.settings.config import Config, load_config
from utils.system.commands import Parser, main_command
from utils.system.environment import ROOT
from utils.system.errors import InputError
from utils.system.reading import expanded


def parse_command_line(arguments: Sequence[str], description: str) -> tuple[Config, bool]:
    """The configuration that the command line asks for, and whether to resume.

    Without --config, the settings are in config.yaml in the current folder or, if it has none, beside main.py.
    Raises InputError if it cannot be done.
    """
    defaults = f"keys, with their defaults and meanings:\n{Config().to_yaml()}"
    parser = Parser("python main.py", description, epilog=defaults)
    parser.add_argument("--config", metavar="FILE", help="settings in YAML (config.yaml, here or beside main.py)")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="a setting that replaces the file's")
    options, unknown = parser.parse_known_intermixed_args(arguments)
    file, base = Path(expanded(options.config or "config.yaml")), Path()
    if not options.config and not file.exists() and (ROOT / file).exists():
        file, base = ROOT / file, ROOT
    # Options of other programs, as in --epochs 20, are refused as any mistyped key is.
    config = load_config(file, [*unknown, *options.overrides], base)
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
