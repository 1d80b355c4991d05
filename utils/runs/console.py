"""The lines that a run prints."""

import os
import textwrap
from collections.abc import Sequence
from pathlib import Path

from data.points import ColoredPoints
from utils.evaluation.verdict import Evaluation
from utils.runs.run import ResultFile
from utils.settings.command_line import changed
from utils.settings.config import ALL_MODELS, Config
from utils.system.commands import main_command, module_command
from utils.training.loop import Training


def describe_data(config: Config, data: ColoredPoints) -> str:
    """How many points were read from where."""
    return f"data: {len(data):,} points from {config.data_path}"


def describe_training(config: Config, training: Training) -> str:
    """What is trained on how many points in how many steps, and whether those are few."""
    weights = sum(parameter.numel() for parameter in training.model.parameters())
    counts = f"{len(training.train):,} points, {len(training.held_out):,} held out"
    steps = f"{len(training.batches):,} steps per epoch, {training.n_steps:,} in all"
    lines = [f"training: {config.model} VAE, {weights:,} weights, {counts}, {steps}"]
    if config.device == "cpu":
        lines.append(
            f"computing on threads={config.threads} of {n_cores()} cores: models this small are hardly faster on more"
        )
    lines += config.idle()
    # With fewer, the default models have not learned much.
    if training.n_steps < 500:
        lines.append(
            "these are few steps to learn from (the default settings take 1,200 on 5,000 points): more epochs or a "
            "smaller batch_size will draw better points"
        )
    return "\n".join(lines)


def describe_result(folder: Path, found: Evaluation) -> str:
    """The result of a run in a sentence or two, the files to look at, and the figures."""
    model = found.model
    reconstruction, kl = model["heldout_reconstruction"], model["heldout_kl"]
    table = f"{found.table}\n{textwrap.fill(found.power, 100)}".strip("\n")
    return f"""
{textwrap.fill(found.conclusion, 100)}

Look at these files in {folder}/:
  {ResultFile.REPORT:16}all of the run on one page
  {ResultFile.GENERATED:16}the generated points
  {ResultFile.COMPARISON:16}the generated points beside the data

{table}
Loss of a held-out point: {reconstruction + kl:.2f} nats = reconstruction {reconstruction:.2f} + KL {kl:.2f}; \
a tighter bound: {-model["heldout_iwae"]:.2f}.
This is the loss of the averaged weights, which draw the points. \
{model["active_units"]} latents are active. docs/evaluation.md explains each row.
"""


def n_cores() -> int:
    """How many of the machine's cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def suggestion(config: Config, arguments: Sequence[str] = ()) -> str:
    """A command that shows something new after a run with these settings, which the `arguments` gave."""
    if config.model != ALL_MODELS:
        return f"{main_command(*changed(arguments, model=ALL_MODELS, retrain=None))}   (all models, side by side)"
    return f"{module_command('data.from_picture', '--text', 'Ω', '--out', 'my_data')}   (your own data set)"
