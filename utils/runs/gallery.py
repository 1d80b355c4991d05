"""The pictures and figures that a finished run leaves in its folder."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.coordinates import COLORS
from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from utils.evaluation.latent import latent_map
from utils.evaluation.result import Evaluation
from utils.pictures.comparison import draw_comparison
from utils.pictures.latent import draw_latent
from utils.pictures.painting import paint, save_picture
from utils.pictures.side_by_side import draw_side_by_side
from utils.pictures.style import save_figure
from utils.program.files import write_text
from utils.runs.columns import Group, columns, grouped, have_same_data
from utils.runs.finished import read_run
from utils.runs.folders import COMPARED
from utils.settings.config import Config

# A scatter plot of more points is slow to draw and shows no more.
MOST_SHOWN = 20_000


def draw_run(
    config: Config, generator: Generator, data: ColoredPoints, points: np.ndarray, means: np.ndarray, found: Evaluation
) -> None:
    """Write metrics.json, generated.png, data.png, comparison.png and latent.png.

    config: the settings of the run, whose folder is written to.
    generator: what was trained or loaded.
    data: all points, of which `means` are the posterior means as `posterior_means` gives them for `shown(data)`.
    points: the generated points, `(n, 5)`.
    found: the evaluation of `points` and of the model.
    """
    folder, name = config.output, f"{config.model} VAE"
    write_text(folder / "metrics.json", json.dumps(found.metrics, indent=2) + "\n")
    save_picture(paint(points, data.canvas), folder / "generated.png")
    save_picture(paint(thinned(data.points, config.n_generate).numpy(), data.canvas), folder / "data.png")
    title = f"{name}: {found.verdict}"
    comparison = draw_comparison(title, shown(data), thinned(points, MOST_SHOWN), data.canvas, found.classifier)
    save_figure(comparison, folder / "comparison.png", dpi=90)
    active = found.model["active_units"]
    latent = latent_map(generator, means, active)
    title = f"{name}: latent space, {active} of {means.shape[1]} latents active"
    save_figure(draw_latent(title, latent, shown(data)[:, COLORS], data.canvas), folder / "latent.png", dpi=90)


def draw_models(config: Config) -> Path:
    """Draw the models that `config` trained side by side, from what their runs wrote, in compare.png."""
    groups = grouped([read_run(run.output) for run in config.each_model()])
    return draw_runs(groups, Path(config.result_path) / COMPARED)


def draw_runs(groups: Sequence[Group], path: Path) -> Path:
    """Draw `groups` of runs side by side in `path`, and return it. Raises InputError if it cannot be written."""
    found = columns(groups)
    first = next(iter(found.values()))
    # One picture of the data for all of them, if they have the same.
    save_figure(draw_side_by_side(first.data if have_same_data(groups) else None, found), path, dpi=80)
    return path


def shown(data: ColoredPoints) -> np.ndarray:
    """The points `(n, 5)` of `data` that pictures show: all of them, or enough."""
    return thinned(data.points.numpy(), MOST_SHOWN)
