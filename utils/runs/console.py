"""The lines that a run prints."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from utils.evaluation.verdict import Evaluation
from utils.runs.run import ResultFile
from utils.settings.command_line import changed
from utils.settings.config import ALL_MODELS, Config
from utils.system.commands import main_command, module_command
from utils.training.loop import Training

# The fingerprint of the bundled data.
SAMPLE = "fb2cd70dcbe74b5c"
# Points that make a full picture.
MANY = 100_000
# Figures of the model.
FIGURES = ("heldout_reconstruction", "heldout_kl", "heldout_iwae", "no_latent_loss", "one_normal_loss", "active_units")


def describe_training(training: Training) -> str:
    """What is trained on how many points in how many steps, and whether those are few."""
    config, weights = training.config, sum(parameter.numel() for parameter in training.model.parameters())
    counts = f"{len(training.train):,} points, {len(training.held_out):,} held out"
    steps = f"{len(training.batches):,} steps per epoch, {training.n_steps:,} in all"
    lines = [f"training: {config.model} VAE, {weights:,} weights, {counts}, {steps}", *config.idle()]
    # With fewer, the default models have not learned much.
    if training.n_steps < 500:
        lines.append(
            "these are few steps to learn from (the default settings take 1,200 on 5,000 points): more epochs or a "
            "smaller batch_size will draw better points"
        )
    return "\n".join(lines)


def describe_result(folder: Path, evaluation: Evaluation) -> str:
    """The result of a run in a sentence or two, the files to look at, and the figures."""
    table = f"{evaluation.table}\n{textwrap.fill(evaluation.power, 100)}".strip("\n")
    reconstruction, kl, bound, without, normal, active = (evaluation.model[key] for key in FIGURES)
    return f"""
{textwrap.fill(evaluation.conclusion, 100)}

Look at these files in {folder}/:
  {ResultFile.REPORT:16}all of the run on one page
  {ResultFile.GENERATED:16}the generated points
  {ResultFile.COMPARISON:16}the generated points beside the data

{table}
{reconstruction + kl:.2f} nats per held-out point; a decoder without a latent {without:.2f}, one normal {normal:.2f}.
Reconstruction {reconstruction:.2f} + KL {kl:.2f}; a tighter bound: {-bound:.2f}; active latents: {active}.
docs/evaluation.md explains each row.
"""


def suggestion(config: Config, fingerprint: str, arguments: Sequence[str] = ()) -> str:
    """A command that shows something new after a run with these settings, which the `arguments` gave, on data."""
    if fingerprint != SAMPLE and config.retrain and config.n_generate < MANY:
        return f"{main_command(*changed(arguments, retrain=False, n_generate=MANY))}   (more points make the picture)"
    if config.model != ALL_MODELS:
        return f"{main_command(*changed(arguments, model=ALL_MODELS, retrain=None))}   (all models, side by side)"
    return f"{module_command('data.from_picture', '--text', 'Ω', '--out', 'my_data')}   (your own data set)"
