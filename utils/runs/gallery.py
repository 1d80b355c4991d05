"""The figures and the plots that a run leaves in its folder."""

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from data.thinning import thinned
from utils.pictures.comparison import plot_comparison
from utils.pictures.latent import plot_latent
from utils.pictures.painting import paint, save_picture
from utils.pictures.side_by_side import plot_side_by_side
from utils.pictures.style import save_figure
from utils.program.files import skipped_if_held, write_text
from utils.run import Result, Run
from utils.runs.columns import Group, columns, grouped, have_same_data
from utils.runs.finished import read_run
from utils.runs.folders import COMPARED
from utils.settings.config import Config

# What is plotted of each run. A new plot is a function, a name in `Result`, and a row.
PLOTS = {Result.COMPARISON: plot_comparison, Result.LATENT: plot_latent}


def plot_run(run: Run) -> dict[str, Figure]:
    """Write the figures, the pictures and the plots of `run` into its folder. Returns the plots, by their files' names.

    Raises InputError if they cannot be written.
    """
    folder, canvas = run.folder, run.data.canvas
    with skipped_if_held():
        write_text(folder / Result.METRICS, json.dumps(run.evaluation.metrics, indent=2) + "\n")
    data = thinned(run.data.points, len(run.samples)).numpy()
    for picture, points in ((Result.GENERATED, run.samples), (Result.DATA, data)):
        with skipped_if_held():
            save_picture(paint(points, canvas), folder / picture)
    plots: dict[str, Figure] = {name: plot(run) for name, plot in PLOTS.items()}
    for name, figure in plots.items():
        with skipped_if_held():
            save_figure(figure, folder / name)
    return plots


def plot_models(config: Config) -> Path:
    """Plot the models that `config` trained side by side, from what their runs wrote, in compare.png."""
    groups = grouped([read_run(run.output) for run in config.each_model()])
    return plot_runs(groups, Path(config.result_path) / COMPARED)


def plot_runs(groups: Sequence[Group], path: Path) -> Path:
    """Plot `groups` of runs side by side in `path`, and return it. Raises InputError if it cannot be written."""
    found = columns(groups)
    first = next(iter(found.values()))
    # One picture of the data for all of them, if they have the same.
    with skipped_if_held():
        save_figure(plot_side_by_side(first.data if have_same_data(groups) else None, found), path)
    return path
