"""What all benchmarks share: how they read their command line, and print tables."""

import argparse

import torch

from data.points import read_points
from utils.settings.config import Config, load_config
from utils.system.environment import ROOT
from utils.system.program import Parser


class BenchmarkParser(Parser):
    """The options of the benchmark `name`, and any settings as key=value; the rest are those of config.yaml."""

    def __init__(self, name: str, description: str | None) -> None:
        super().__init__(f"python -m benchmarks.{name}", description)
        self.add_argument("settings", metavar="key=value", nargs="*", help="settings, as for main.py")

    def read(self, arguments: list[str]) -> tuple[argparse.Namespace, Config]:
        """The options and settings of a command line. Raises InputError, before anything is computed."""
        options = self.parse_intermixed_args(arguments)
        if words := [word for word in options.settings if "=" not in word]:
            self.error(f"{words[0]!r} is no setting: write key=value, as in epochs=20")
        config = load_config(ROOT / "config.yaml", options.settings, ROOT)
        read_points(config.data_path)
        torch.set_num_threads(config.threads)
        return options, config


def print_row(*cells: object) -> None:
    """Print a row of a table of Markdown at once."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def print_head(*names: str) -> None:
    """Print the head of a table of Markdown."""
    print_row(*names)
    print_row(*["---"] * len(names))
