"""Train a variational autoencoder on colored points, draw new ones from it, and show how close they come to the data.

A run, read top to bottom: config -> data -> model -> fit -> generate -> judge -> draw.
"""

import argparse
import contextlib
import dataclasses
import json
import shlex
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from data.points import ColoredPoints, read_points
from models.generator import ARCHITECTURE, Generator, build_model, load_generator
from utils.evaluation.figures import ClassifierTest, active_units, evaluate
from utils.evaluation.latent import STEPS, latent_map, posterior_means
from utils.evaluation.two_sample import thinned
from utils.evaluation.words import summary_rows, table, verdict
from utils.pictures.plotting import paint, save_compared, save_comparison, save_latent
from utils.program.errors import InputError, run_program
from utils.program.files import claimed, write_whole
from utils.program.interruption import Interrupted, deferred
from utils.runs.record import Record, clear, read_checkpoints, read_history
from utils.settings.config import Config, describe, load_config
from utils.training.compilation import is_worthwhile
from utils.training.loop import Training, evaluate_bound, evaluate_loss, pick_device

# A scatter plot of more points is slow to draw and shows no more.
MOST_SHOWN = 20_000
# The mean loss of so many points is as good as that of all.
MOST_FOR_LOSS = 50_000


def main(arguments: list[str]) -> None:
    """One run, from its command line to its last picture.

    Raises InputError where the person has to mend something, and Interrupted where they stopped it.
    """
    config, resume = parse(arguments)
    device = pick_device(config.device)
    data = read_points(config.data_path)
    print(f"data: {len(data):,} points from {config.data_path}{data.remarks()}")

    data_shown = thinned(data.points.numpy(), MOST_SHOWN)
    runs = config.each_model()
    generators = [load_generator(run.output / "model.pt", device) for run in runs if not run.retrain]
    for run, generator in zip(runs, generators, strict=False):
        check_fits(generator, run, data)
    checkpoints = read_checkpoints(runs) if resume else [None] * len(runs)
    with contextlib.ExitStack() as claims:
        for run in runs:
            claims.enter_context(claimed(run.output))
        if config.retrain and not resume:
            for run in runs:
                clear(run.output)
        for i, run in enumerate(runs):
            generator = train(run, data, device, checkpoints[i], arguments) if run.retrain else generators[i]
            points = generate(generator, run)
            means = posterior_means(generator, data_shown)
            metrics, classifier = judge(generator, data, points, means)
            show(run, generator, data_shown, points, means, metrics, classifier)
            report(run, metrics)
        if len(runs) > 1:
            compare(config, data)
    print(f"to try next: {suggestion(config)}")


class Parser(argparse.ArgumentParser):
    """A parser of the command line whose complaints are one line, as all others are."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"the command line: {message}; --help says what there is")


def parse(arguments: list[str]) -> tuple[Config, bool]:
    """The configuration that the command line asks for, and whether it asks to resume."""
    parser = Parser(
        description=__doc__.partition("\n")[0],
        epilog="keys, with their types and [defaults]:\n" + describe(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="settings in YAML (config.yaml)")
    parser.add_argument("--resume", action="store_true", help="go on with the run that was stopped")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="a setting that replaces the file's")
    options = parser.parse_intermixed_args(arguments)
    config = load_config(options.config, options.overrides)
    if options.resume and not config.retrain:
        raise InputError("--resume trains on and retrain=false only generates: leave one of them out")
    return config, options.resume


def train(
    config: Config, data: ColoredPoints, device: torch.device, checkpoint: dict | None, arguments: list[str]
) -> Generator:
    """A generator trained on all but the held-out points, from the start or from a checkpoint."""
    training_points, held_out = data.split(config.holdout, config.seed)
    settings = dataclasses.asdict(config)
    torch.manual_seed(config.seed)
    model = build_model(settings).to(device)
    training = Training(model, training_points, held_out, config)
    record = Record(config.output, config, training, data)
    if checkpoint:
        record.resume(checkpoint)
    weights = sum(parameter.numel() for parameter in model.parameters())
    counts = f"{len(training_points):,} points, {len(held_out):,} held out"
    print(f"training: {config.model} VAE, {weights:,} weights, {counts}")

    if is_worthwhile(config.compile, training.n_steps):
        print("compiling the training step; the first time on a machine, that takes a minute")
        try:
            training.compile()
        except RuntimeError as error:
            print(f"not compiled, it trains all the same, but slower ({error}); is a C++ compiler installed?")

    def pack(model: torch.nn.Module) -> Generator:
        return Generator(model, data.scaling, settings, record.fingerprint)

    with deferred() as signals:
        try:
            training.run(lambda row, average: record.add(row, pack(average)), stopped=lambda: bool(signals))
        finally:
            record.draw()
        if signals:
            record.save_checkpoint()
            command = shlex.join(["python", "main.py", *(a for a in arguments if a != "--resume"), "--resume"])
            raise Interrupted(signals[0], f"stopped after {len(record.rows)} epochs; to go on: {command}")
    return pack(training.average)


def check_fits(generator: Generator, config: Config, data: ColoredPoints) -> None:
    """Refuse a loaded generator that was made for other settings or other data."""
    path, advice = config.output / "model.pt", "train again, with retrain=true"
    for key in ("model", *ARCHITECTURE):
        wanted, found = getattr(config, key), generator.config[key]
        if wanted != found:
            raise InputError(
                f"{path}: was trained with {key}={found}, now it is {wanted}; set {key}={found}, or {advice}"
            )
    if generator.fingerprint != data.fingerprint():
        raise InputError(
            f"{path}: was trained on other data than {config.data_path} holds; set data_path to those, or {advice}"
        )


def generate(generator: Generator, config: Config) -> np.ndarray:
    """`n_generate` points `(n, 5)`, in a file that is written as they are drawn: they need not fit into memory."""
    path, n = config.output / "generated.npy", config.n_generate
    # Where it is over in a moment, or nobody looks, no bar.
    quiet = True if n < 100_000 else None

    def write(unfinished: Path) -> None:
        blocks = generator.sample_blocks(n, config.seed)
        with open(unfinished, "wb") as file, tqdm(total=n, unit="point", desc="generating", disable=quiet) as bar:
            layout = {"descr": "<i8", "fortran_order": False, "shape": (n, 5)}
            np.lib.format.write_array_header_1_0(file, layout)
            for block in blocks:
                file.write(block.astype("<i8", copy=False).tobytes())
                bar.update(len(block))

    write_whole(path, write)
    return np.load(path, mmap_mode="r")


def judge(
    generator: Generator, data: ColoredPoints, points: np.ndarray, means: np.ndarray
) -> tuple[dict, ClassifierTest | None]:
    """Every figure of the evaluation: of the model, and of its `points` against data that it never saw."""
    seed = generator.config["seed"]
    training, held_out = data.split(generator.config["holdout"], seed)
    metrics = {}
    for name, part in (("train", training), ("heldout", held_out)):
        part = ColoredPoints(torch.from_numpy(thinned(part.points.numpy(), MOST_FOR_LOSS)), part.scaling)
        reconstruction, kl = evaluate_loss(generator.model, part, seed)
        metrics |= {f"{name}_reconstruction": reconstruction, f"{name}_kl": kl, f"{name}_elbo": -reconstruction - kl}
    metrics["heldout_iwae"] = -evaluate_bound(generator.model, held_out, seed)
    metrics["active_units"] = active_units(means)
    figures, classifier = evaluate(
        points,
        training.points.numpy(),
        held_out.points.numpy(),
        # Each call asks for another n, and must not draw the points of an earlier one again.
        draw_more=lambda n: generator.sample(n, seed + n),
    )
    return metrics | figures | {"verdict": verdict(figures)}, classifier


def show(
    config: Config,
    generator: Generator,
    data: np.ndarray,
    points: np.ndarray,
    means: np.ndarray,
    metrics: dict,
    classifier: ClassifierTest | None,
) -> None:
    """Write the figures of the points, and their pictures."""
    out, size = config.output, generator.scaling.size[:2]
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    (out / "config.yaml").write_text(config.to_yaml(), encoding="utf-8")
    paint(points, *size).save(out / "generated.png")
    opinion = (classifier.points, classifier.scores) if classifier else ()
    title = f"{config.model} VAE: {metrics['verdict']}"
    save_comparison(out / "comparison.png", title, data, thinned(points, MOST_SHOWN), size, *opinion)
    show_latent(config, generator, means, data[:, 2:], metrics["active_units"])


def show_latent(config: Config, generator: Generator, means: np.ndarray, colors: np.ndarray, active: int) -> None:
    """Draw the map of the latent space, and what the decoder makes of a walk through it."""
    latent = latent_map(generator, means, active, config.seed)
    prior = None if latent.density is None else (latent.across, latent.up, latent.density)
    title = f"{config.model} VAE: latent space, {active} of {means.shape[1]} latents active"
    size, path = generator.scaling.size[:2], config.output / "latent.png"
    save_latent(path, title, latent.latents, latent.means, colors, prior, latent.traversals, STEPS, size)


def compare(config: Config, data: ColoredPoints) -> None:
    """Draw the models side by side, from what their runs have written, in `compare.png`."""
    path = Path(config.result_path) / "compare.png"
    histories, pictures, figures = {}, {}, {}
    for run in config.each_model():
        histories[run.model] = read_history(run.output)
        pictures[run.model] = Image.open(run.output / "generated.png")
        figures[run.model] = summary_rows(json.loads((run.output / "metrics.json").read_text(encoding="utf-8")))
    shown = paint(thinned(data.points.numpy(), config.n_generate), *data.scaling.size[:2])
    save_compared(path, shown, histories, pictures, figures)
    print(f"side by side: {path}")


def suggestion(config: Config) -> str:
    """A command that shows something new after a run with these settings."""
    if config.model != "both":
        return "python main.py model=both   (the two models, side by side)"
    return 'python -m data.from_picture --text "Ω" --out my_data   (your own data set)'


def report(config: Config, metrics: dict) -> None:
    """Print what the run came to, in a few lines."""
    reconstruction, kl = metrics["heldout_reconstruction"], metrics["heldout_kl"]
    print(f"a held-out point costs {reconstruction + kl:.2f} nats: reconstruction {reconstruction:.2f} + KL {kl:.2f}")
    print(f"(at most {-metrics['heldout_iwae']:.2f} by importance weighting); {metrics['active_units']} active latents")
    print(table(metrics))
    print(f"verdict: {metrics['verdict']}")
    print(f"all of it is in {config.output}/; look at generated.png and comparison.png first")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
