"""The pictures and plots that a run leaves, and report.html: all of it on one page that needs no other file."""

import base64
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from data import random_subset
from data.pictures import Canvas, paint, paint_small, save_picture
from utils.evaluation.verdict import p_text
from utils.runs.plot_latent import draw_map, map_shape, meaning, plot_latent
from utils.runs.plot_losses import plot_losses
from utils.runs.plot_points import plot_points
from utils.runs.run import MOST_SHOWN, FreshRun, ResultFile
from utils.runs.style import as_svg, save_plot
from utils.settings.config import Config
from utils.system.files import skipped_if_held, write_text
from utils.system.program import main_command
from utils.training.checkpoint import TrainingFile

# The plots of a finished run, by the names of their files.
PLOTS: dict[str, Callable[[FreshRun], Figure]] = {
    ResultFile.COMPARISON: plot_points,
    ResultFile.LATENT: plot_latent,
}


def write_report(run: FreshRun) -> None:
    """Write the pictures, the plots, the page and the figures of `run` into its folder.

    Raises InputError if they cannot be written.
    """
    data = random_subset(run.data.points, len(run.samples)).numpy()
    for picture, points in ((ResultFile.GENERATED, run.samples), (ResultFile.DATA, data)):
        with skipped_if_held():
            save_picture(paint(points, run.data.canvas), run.folder / picture)
    for name, plot in PLOTS.items():
        with skipped_if_held():
            save_plot(run.folder / name, plot, run)
    # Last, because a run with figures is over.
    texts = {ResultFile.REPORT: page(run), ResultFile.METRICS: json.dumps(run.evaluation.metrics, indent=2) + "\n"}
    for name, text in texts.items():
        with skipped_if_held():
            write_text(run.folder / name, text)


def page(run: FreshRun) -> str:
    """The page of `run`, in HTML."""
    samples = random_subset(run.samples, MOST_SHOWN)
    pictures = {"data": random_subset(run.shown, len(samples)), "generated": samples}
    templates = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=templates, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("report.html.j2").render(
        run=run,
        date=time.strftime("%Y-%m-%d %H:%M"),
        pictures=[(name, len(points), _painted(points, run.data.canvas)) for name, points in pictures.items()],
        comparison=as_svg("comparison", plot_points, run),
        losses=as_svg("losses", plot_losses, "", run.history, run.settings),
        meaning=meaning(run),
        explorer=_explorer(run),
        film=_film(run.config.output / TrainingFile.FILM),
        changed={name: value for name, value in run.settings.items() if value != getattr(Config, name)},
        figures=run.evaluation.rows,
        p_text=p_text,
        made=run.provenance,
        command=main_command("--config", str(run.folder / TrainingFile.CONFIG)),
    )


def _explorer(run: FreshRun) -> dict[str, Any]:
    """The map of `run` as the page shows it, the place of its axes, and what the page's script has to know of it."""
    # The map in inches, and its axes in shares of its figure, with room for the ticks whatever the map's shape.
    inches = 4.5 * map_shape(run)
    left, bottom, width, height = box = (0.13, 0.63 / (inches + 0.7), 0.86, inches / (inches + 0.7))

    def plot_map() -> Figure:
        figure = Figure(figsize=(4.5 / width, inches + 0.7))
        draw_map(figure.add_axes(box), run)
        return figure

    positions, density = run.map.positions, run.map.density
    tiles = [[np.asarray(paint_small(p, run.data.canvas, 200, dot=2)) for p in row] for row in run.map.points]
    # A palette makes a file a third as large, and nobody sees the difference.
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in tiles])).quantize(128, Image.Quantize.FASTOCTREE)
    # The script begins where the prior is densest. The density is known at more places than the positions.
    stride = len(density) // (len(positions[0]) - 1)
    start = np.unravel_index(density[::stride, ::stride].argmax(), density[::stride, ::stride].shape)
    script = {
        "latents": [latent + 1 for latent in run.map.latents],
        "axes": [[f"{round(value, 2) + 0:.2f}" for value in axis] for axis in positions],
        "sheet": _embedded(sheet),
        "start": [int(index) for index in start],
    }
    place = [f"{100 * share:.2f}%" for share in (left, 1 - bottom - height, width, height)]
    return {"map": as_svg("map", plot_map), "place": place, "tile": tiles[0][0].shape[:2], "script": script}


def _painted(points: np.ndarray, canvas: Canvas) -> str:
    """The address of the picture that `points (n, 5)` paint, 640 pixels high or wide at most, with hard edges."""
    picture = paint_small(points, canvas, 640)
    return _embedded(ImageOps.scale(picture, 640 // max(picture.size), Image.Resampling.NEAREST))


def _film(path: Path) -> str | None:
    """The address of the film in `path`; None if there is none, or it would make the page slow to load."""
    return _address("gif", path.read_bytes()) if path.exists() and path.stat().st_size < 900_000 else None


def _embedded(picture: Image.Image) -> str:
    """An address that holds `picture`."""
    packed = io.BytesIO()
    picture.save(packed, "png")
    return _address("png", packed.getvalue())


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
