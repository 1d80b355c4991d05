"""The figures and the plots that a run leaves in its folder."""

import json

from matplotlib.figure import Figure

from data.thinning import thinned
from utils.pictures.comparison import plot_comparison
from utils.pictures.latent import plot_latent
from utils.pictures.painting import paint, save_picture
from utils.pictures.style import save_figure
from utils.program.files import skipped_if_held, write_text
from utils.run import Result, Run

# What is plotted of each run. A new plot is a function, a name in `Result`, and a row.
PLOTS = {Result.COMPARISON: plot_comparison, Result.LATENT: plot_latent}


def plot_run(run: Run) -> dict[str, Figure]:
    """Write the pictures, the plots and the figures of `run` into its folder. Returns the plots, by their files' names.

    Raises InputError if they cannot be written.
    """
    data = thinned(run.data.points, len(run.samples)).numpy()
    for picture, points in ((Result.GENERATED, run.samples), (Result.DATA, data)):
        with skipped_if_held():
            save_picture(paint(points, run.data.canvas), run.folder / picture)
    plots: dict[str, Figure] = {name: plot(run) for name, plot in PLOTS.items()}
    for name, figure in plots.items():
        with skipped_if_held():
            save_figure(figure, run.folder / name)
    # Last, because a run with figures is over.
    with skipped_if_held():
        write_text(run.folder / Result.METRICS, json.dumps(run.evaluation.metrics, indent=2) + "\n")
    return plots
