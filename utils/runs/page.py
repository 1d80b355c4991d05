"""report.html: all of a run on one page that needs no other file."""

import base64
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from data import random_subset
from data.pictures import Canvas, paint_small
from utils.evaluation.verdict import p_text
from utils.runs.plot_latent import draw_map, map_shape, meaning, plot_latent
from utils.runs.plot_losses import plot_losses
from utils.runs.plot_points import plot_points
from utils.runs.run import MOST_SHOWN, FreshRun, ResultFile
from utils.runs.style import as_svg
from utils.settings.config import Config
from utils.system.environment import provenance
from utils.system.program import main_command
from utils.training.checkpoint import TrainingFile

# The plots of a finished run, by the names of their files.
PLOTS: dict[str, Callable[[FreshRun], Figure]] = {
    ResultFile.COMPARISON: plot_points,
    ResultFile.LATENT: plot_latent,
}


def page(run: FreshRun) -> str:
    """The page of `run`, in HTML."""
    samples = random_subset(run.samples, MOST_SHOWN)
    pictures = {"data": random_subset(run.shown, len(samples)), "generated": samples}
    film = run.trained_in / TrainingFile.FILM
    templates = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=templates, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("report.html.j2").render(
        run=run,
        date=time.strftime("%Y-%m-%d %H:%M"),
        pictures=[(name, len(points), _painted(points, run.data.canvas)) for name, points in pictures.items()],
        comparison=as_svg("comparison", plot_points, run),
        losses=as_svg("losses", plot_losses, run),
        meaning=meaning(run),
        explorer=_explorer(run),
        # A long one would make the page slow to load.
        film=_address("gif", film.read_bytes()) if film.exists() and film.stat().st_size < 900_000 else None,
        changed={name: value for name, value in vars(run.config).items() if value != getattr(Config, name)},
        figures=run.evaluation.rows,
        p_text=p_text,
        made={"data": f"fingerprint {run.generator.fingerprint}"} | provenance(run.generator.code),
        command=main_command("--config", str(run.folder / TrainingFile.CONFIG)),
    )


def _explorer(run: FreshRun) -> dict[str, Any]:
    """The map of `run` as the page shows it, the place of its axes, and what the page's script has to know of it."""
    # In inches, with room for the ticks: the figure, and the place of the map in it, whatever its shape.
    size = np.array([5.2, 4.5 * map_shape(run) + 0.7])
    (left, bottom), (width, height) = (0.65, 0.63) / size, (size - 0.7) / size

    def plot_map() -> Figure:
        figure = Figure(figsize=tuple(size))
        draw_map(figure.add_axes((left, bottom, width, height)), run)
        return figure

    positions, first = run.map.positions, run.map.means[0]
    tiles = [[np.asarray(paint_small(p, run.data.canvas, 200, dot=2)) for p in row] for row in run.map.points]
    # A palette makes a file a third as large, and nobody sees the difference.
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in tiles])).quantize(128, Image.Quantize.FASTOCTREE)
    script = {
        "latents": [latent + 1 for latent in run.map.latents],
        "axes": [[f"{value:z.2f}" for value in axis] for axis in positions],
        "sheet": _embedded(sheet),
        # Where a point of the data is.
        "start": [int(np.abs(axis - place).argmin()) for axis, place in zip(positions, first, strict=True)],
    }
    place = [f"{share:.2%}" for share in (left, 1 - bottom - height, width, height)]
    return {"map": as_svg("map", plot_map), "place": place, "tile": tiles[0][0].shape[:2], "script": script}


def _painted(points: np.ndarray, canvas: Canvas) -> str:
    """The address of the picture that `points (n, 5)` paint, 640 pixels high or wide at most, with hard edges."""
    picture = paint_small(points, canvas, 640)
    return _embedded(ImageOps.scale(picture, 640 // max(picture.size), Image.Resampling.NEAREST))


def _embedded(picture: Image.Image) -> str:
    packed = io.BytesIO()
    picture.save(packed, "png")
    return _address("png", packed.getvalue())


def _address(kind: str, content: bytes) -> str:
    """An address that holds the `content` of a picture."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
