"""What the latent does: three priors, and how beta rises.

    python -m benchmarks.latent [--world NAME ...] [--model NAME ...]
    python -m benchmarks.latent --picture FILE

The first prints a row for each training on the worlds of `benchmarks.fidelity`, judged as there: nats per held-out
point (the negative ELBO), KL, AUC, and the AUC of places alone. The second draws the three priors on the sample data,
each with what it generates and with its latent map. Needs scikit-learn, SciPy and zuko.
"""

import dataclasses
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from benchmarks.command import BenchmarkParser, print_head, print_row
from benchmarks.fidelity import N_POINTS, told_apart, trained, training_set, worlds
from data import COLORS, PLACES
from data.points import ColoredPoints, read_points
from models import MODELS, PRIORS
from utils.evaluation.likelihood import evaluate_loss, posterior_means
from utils.runs.style import save_plot, scatter, scatter_points
from utils.settings.config import Config
from utils.system.errors import expanded
from utils.system.program import run_program

# Draws of z that the loss is averaged over.
DRAWS = 10
# The rows of the table for each prior: the settings that are not config.yaml's.
ROWS: dict[str, dict[str, Any]] = {
    "β = 1 from the start": {"annealing": "constant"},
    "four cycles": {},
    "four cycles, β to 4": {"beta_max": 4.0},
}
CAPTIONS = {
    "normal": "normal: N(0, I), a plain VAE",
    "mixture": "mixture: normals, learned",
    "picture": "picture: as sharp as the data can tell",
}


def print_table(config: Config, chosen: list[str], models: list[str]) -> None:
    """Train, judge, and print a row for each world, model, prior and height of beta."""
    print_head("world", "model", "prior, β", "nats", "KL", "AUC", "places")
    for name, model, prior, row in itertools.product(chosen, models, PRIORS, ROWS):
        settings, world = dataclasses.replace(config, model=model, prior=prior, **ROWS[row]), worlds()[name]
        train, scaling = training_set(world)
        generator, held_out = trained(settings, ColoredPoints(torch.from_numpy(train), scaling))
        reconstruction, kl = np.mean([evaluate_loss(generator.model, held_out, n) for n in range(DRAWS)], axis=0)
        fresh = world.draw(N_POINTS, np.random.default_rng(1))
        figures = (f"{figure:.3f}" for figure in told_apart(generator.sample(N_POINTS, config.seed), fresh))
        print_row(name, model, f"{prior}, {row}", f"{reconstruction + kl:.2f}", f"{kl:.2f}", *figures)


def draw_priors(config: Config) -> Figure:
    """The three priors: above, what each generates; below, its contours and where the encoder puts the points."""
    data = read_points(config.data_path)
    points = data.points.numpy()
    figure = Figure(figsize=(12, 8.4), dpi=70, layout="constrained")
    rows = figure.subplots(2, 3, subplot_kw={"aspect": "equal"})
    for (prior, caption), (above, below) in zip(CAPTIONS.items(), rows.T, strict=True):
        generator, _ = trained(dataclasses.replace(config, prior=prior), data)
        scatter_points(above, generator.sample(len(data), config.seed), data.canvas)
        above.set(title=caption, xticks=[], yticks=[])
        means = posterior_means(generator, points)
        scatter(below, means[:, PLACES][:, ::-1], points[:, COLORS])
        edge = max(2.7, 1.02 * np.abs(means).max())
        across = torch.linspace(-edge, edge, 300)
        with torch.no_grad():
            density = generator.model.prior.log_prob(torch.cartesian_prod(across, across)).exp().view(300, 300)
        levels = density.max() * torch.tensor([0.02, 0.1, 0.3, 0.7])
        below.contour(across, across, density, levels, colors="white", linewidths=0.9, alpha=0.8)
        below.set(xlim=(-edge, edge), ylim=(edge, -edge), xlabel="latent 2", facecolor="black")
    rows[0, 0].set_ylabel("what the generator draws", fontsize="large")
    rows[1, 0].set_ylabel("latent 1", fontsize="large")
    caption = "below: where the encoder puts the points, in their colors; contours: where the prior expects them"
    figure.supxlabel(caption)
    return figure


def main(arguments: list[str]) -> None:
    """Print the table, or draw the picture."""
    parser = BenchmarkParser("latent", __doc__)
    parser.add_argument("--picture", metavar="FILE", help="draw the three priors instead of printing the table")
    parser.add_argument("--world", action="append", choices=worlds(), help="one of the worlds; π and flat without any")
    parser.add_argument("--model", action="append", choices=MODELS, help="one of the models; all without any")
    options, config = parser.read(arguments)
    if not options.picture:
        return print_table(config, options.world or ["π", "flat"], options.model or list(MODELS))
    path = Path(expanded(options.picture))
    if path.suffix[1:] not in Figure().canvas.get_supported_filetypes() or not path.parent.is_dir():
        parser.error(f"{path}: name a picture, as priors.png, in a folder that there is")
    save_plot(path, draw_priors, config)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
