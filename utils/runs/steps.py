"""The steps of a run around its training: describe, plot, generate, judge, report, compare, and what to try next."""

import contextlib
import dataclasses
import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from data import N_COORDINATES, random_subset
from data.pictures import paint, save_picture
from data.points import ColoredPoints
from models.generator import Generator
from utils.evaluation.evaluate import evaluate
from utils.evaluation.likelihood import evaluate_model, posterior_means
from utils.evaluation.verdict import Evaluation
from utils.runs.folders import COMPARED, clear_results
from utils.runs.page import PLOTS, page
from utils.runs.plot_losses import plot_losses
from utils.runs.run import MOST_SHOWN, FreshRun, ResultFile, Run
from utils.runs.side_by_side import grouped, plot_side_by_side
from utils.runs.style import save_plot
from utils.settings.config import ALL_MODELS, Config, changed
from utils.system.errors import InputError
from utils.system.files import skipped_if_held, write_text, write_whole
from utils.system.program import main_command
from utils.training.checkpoint import TrainingFile
from utils.training.loop import Training

# The fingerprint of the bundled data.
SAMPLE = "fb2cd70dcbe74b5c"
# Points that make a full picture.
MANY = 100_000


def describe_training(training: Training) -> str:
    """What is trained on how many points in how many steps, and whether those are few."""
    config, weights = training.config, sum(parameter.numel() for parameter in training.model.parameters())
    counts = f"{len(training.train):,} points, {len(training.held_out):,} held out"
    steps = f"{len(training.batches):,} steps per epoch, {training.n_steps:,} in all"
    # With fewer, the default models have not learned much.
    few = "\nthese are few steps to learn from (by default 1,200): set more epochs, or a smaller batch_size"
    return (
        f"training: {config.model} VAE, {weights:,} weights, {counts}, {steps}{few if training.n_steps < 500 else ''}"
    )


@contextlib.contextmanager
def losses_plotted(config: Config) -> Iterator[None]:
    """Plot the training curves of the epochs that training has come to, however it ends."""
    try:
        yield
    finally:
        with contextlib.suppress(InputError), skipped_if_held():
            save_plot(config.output / TrainingFile.LOSSES, plot_losses, Run(config.output))


def generate(generator: Generator, config: Config) -> tuple[Path, np.ndarray]:
    """The folder of the points that the `generator` draws into generated.npy, and these points `(n, 5)`.

    Points of another seed or number than the training's have a folder of their own, within that of the training. They
    are drawn in blocks, so that they need not fit into memory. Raises InputError if they cannot be written.
    """
    folder, n, trained = config.output, config.n_generate, generator.config
    if not config.retrain and (config.seed, n) != (trained["seed"], trained["n_generate"]):
        folder /= f"seed{config.seed}_n{n}"
        folder.mkdir(exist_ok=True)
        # Those of the training, but for what concerns only these points.
        kept = {*Config.names("model", "training")} & trained.keys() - {"seed"}
        settings = dataclasses.replace(config, **{name: trained[name] for name in kept})
        write_text(folder / TrainingFile.CONFIG, settings.to_yaml())
    clear_results(folder)

    def write(unfinished: Path) -> None:
        # Disabled by None: unless stderr is a terminal.
        bar = tqdm(total=n, unit="point", desc="generating", disable=None, leave=False)
        with open(unfinished, "wb") as file, bar:
            layout = {"descr": "<i8", "fortran_order": False, "shape": (n, N_COORDINATES)}
            np.lib.format.write_array_header_1_0(file, layout)
            for block in generator.sample_blocks(n, config.seed):
                file.write(block.astype("<i8", copy=False).tobytes())
                bar.update(len(block))

    write_whole(folder / ResultFile.SAMPLES, write)
    return folder, np.load(folder / ResultFile.SAMPLES, mmap_mode="r")


def judge(generator: Generator, samples: np.ndarray, data: ColoredPoints) -> Evaluation:
    """The evaluation of the model, and of its `samples (n, 5)`, against data that it never saw."""
    trained = generator.config
    # The generator's own split: one that was loaded may have been trained with another seed than today's.
    train, held_out = data.split(trained["holdout"], trained["seed"])
    evaluation = evaluate(samples, train.points.numpy(), held_out.points.numpy())
    means = posterior_means(generator, random_subset(data.points.numpy(), MOST_SHOWN))
    model = evaluate_model(generator, train, held_out, means)
    counts = {"n_shown": trained["epochs"] * len(train), "n_generated": len(samples), "n_heldout": len(held_out)}
    return dataclasses.replace(evaluation, model=model | counts | {"fingerprint": generator.fingerprint})


def report(run: FreshRun) -> None:
    """Write the pictures, the plots, the page and the figures of `run`, and print what it came to."""
    data = random_subset(run.data.points, len(run.samples)).numpy()
    for name, points in ((ResultFile.GENERATED, run.samples), (ResultFile.DATA, data)):
        with skipped_if_held():
            save_picture(paint(points, run.data.canvas), run.folder / name)
    for plot_name, plot in PLOTS.items():
        with skipped_if_held():
            save_plot(run.folder / plot_name, plot, run)
    # Last, because a run with figures is over.
    texts = {ResultFile.REPORT: page(run), ResultFile.METRICS: json.dumps(run.evaluation.metrics, indent=2) + "\n"}
    for name, text in texts.items():
        with skipped_if_held():
            write_text(run.folder / name, text)
    print(describe_result(run.folder, run.evaluation))


def describe_result(folder: Path, evaluation: Evaluation) -> str:
    """The result of a run in a sentence or two, the files to look at, and the figures."""
    table = f"{evaluation.table}\n{textwrap.fill(evaluation.power, 100)}".strip("\n")
    keys = ("heldout_reconstruction", "heldout_kl", "heldout_iwae", "no_latent_loss", "one_normal_loss", "active_units")
    reconstruction, kl, bound, without, normal, active = (evaluation.model[key] for key in keys)
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


def compare(configs: Sequence[Config]) -> None:
    """Plot the models of the `configs` side by side, if they are several, from what their runs wrote."""
    if len(configs) < 2:
        return
    path = configs[0].output.parent / COMPARED
    try:
        with skipped_if_held():
            save_plot(path, plot_side_by_side, grouped([Run(config.output) for config in configs]))
            print(f"side by side: {path}")
    except InputError as error:
        print(f"not shown side by side: {error}")


def suggestion(config: Config, fingerprint: str, arguments: Sequence[str]) -> str:
    """A command that shows something new after a run with these settings, which the `arguments` gave, on data."""
    if fingerprint != SAMPLE and config.retrain and config.n_generate < MANY:
        return f"{main_command(*changed(arguments, retrain=False, n_generate=MANY))}   (more points make the picture)"
    if config.model != ALL_MODELS:
        return f"{main_command(*changed(arguments, model=ALL_MODELS, retrain=None))}   (all models, side by side)"
    command = main_command("--text", "Ω", "--out", "my_data", module="data.from_picture")
    return f"{command}   (your own data set)"
