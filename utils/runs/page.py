"""The pictures and plots that a run leaves, and report.html: all of it on one page that needs no other file."""

import base64
import io
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from data.painting import paint, paint_small, save_picture
from data.pictures import open_picture
from data.points import PICTURE
from data.thinning import thinned
from utils.evaluation.metrics import in_order
from utils.pictures.curves import plot_losses
from utils.pictures.latent import draw_map, map_shape, what_to_see
from utils.pictures.style import as_svg, save_figure
from utils.runs.provenance import provenance
from utils.runs.run import MOST_SHOWN, PLOTS, Result, Run, Trained
from utils.settings.config import Config
from utils.system.commands import main_command
from utils.system.errors import InputError
from utils.system.files import skipped_if_held, write_text


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


def write_page(run: Run, plots: Mapping[str, Figure]) -> None:
    """Write report.html into the folder of `run`, with its `plots`. Raises InputError if it cannot be written."""
    samples = thinned(run.samples, MOST_SHOWN)
    # The verdict stands above already.
    plots[Result.COMPARISON].suptitle("")
    pictures = {"data": thinned(run.shown, len(samples)), "generated": samples}
    content = {
        "run": run,
        "found": run.evaluation,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "original": _original(run),
        "pictures": [(n, len(p), _embedded(paint_small(p, run.data.canvas, 640))) for n, p in pictures.items()],
        "comparison": as_svg(plots[Result.COMPARISON], "comparison"),
        "losses": as_svg(plot_losses("", run.history), "losses"),
        "what_to_see": what_to_see(run),
        "explorer": _explorer(run),
        "film": _film(run.config.output / Trained.FILM),
        "changed": {name: value for name, value in run.settings.items() if value != getattr(Config, name)},
        "figures": [(row, run.evaluation.measured[key]) for key, row in in_order(run.evaluation.measured)],
        "made": {"data": f"fingerprint {run.generator.fingerprint}"} | provenance(),
        "command": main_command("--config", str(run.folder / Trained.CONFIG)),
    }
    templates = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=templates, autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.get_template("report.html.j2").render(content)
    with skipped_if_held():
        write_text(run.folder / Result.REPORT, page)


def _explorer(run: Run) -> dict[str, Any]:
    """The latent space of `run` as the page shows it; `script` is the knowledge of its script."""
    found = run.map
    # The map in inches, and its axes in shares of its figure, with room for the ticks whatever the map's shape.
    inches = 4.5 * map_shape(run)
    left, bottom, width, height = box = (0.13, 0.63 / (inches + 0.7), 0.86, inches / (inches + 0.7))
    figure = Figure(figsize=(4.5 / width, inches + 0.7))
    draw_map(figure.add_axes(box), run)
    tiles = [[np.asarray(paint_small(points, run.data.canvas, 200, dot=2)) for points in row] for row in found.points]
    # A palette makes a file a third as large, and nobody sees the difference.
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in tiles])).quantize(128, Image.Quantize.FASTOCTREE)
    rows, columns = found.likelier.shape
    outside = "outside of all lines: the prior has next to nothing here, and the decoder extrapolates"
    script = {
        "latents": [latent + 1 for latent in found.latents],
        "axes": [[f"{round(value, 2) + 0:.2f}" for value in axis] for axis in found.positions],
        "shape": (rows, columns),
        "tile": (sheet.width // columns, sheet.height // rows),
        "start": [int(index) for index in np.unravel_index(found.likelier.argmin(), (rows, columns))],
        "words": [*(f"within the {share:.0%} line" for share in found.contours), outside],
        "places": np.searchsorted(found.contours, found.likelier).tolist(),
    }
    return {
        "map": as_svg(figure, "map"),
        "box": [f"{100 * share:.2f}%" for share in (left, 1 - bottom - height, width, height)],
        "sheet": _embedded(sheet),
        "others": run.means.shape[1] - len(found.latents),
        "script": script,
    }


def _original(run: Run) -> str | None:
    """The picture that the points were read from, as the person gave it; None if it is no longer there."""
    try:
        picture = open_picture(Path(run.config.data_path) / PICTURE).convert("RGB")
    except InputError:
        return None
    picture.thumbnail((640, 640))
    return _embedded(picture, "jpeg", quality=90, subsampling=0)


def _film(path: Path) -> str | None:
    """The address of the film in `path`; None if there is none, or it would make the page larger than 3 MB."""
    return _address("gif", path.read_bytes()) if path.exists() and path.stat().st_size < 900_000 else None


def _embedded(picture: Image.Image, kind: str = "png", **options: Any) -> str:
    """An address that holds `picture`; `options` are those of Pillow."""
    packed = io.BytesIO()
    picture.save(packed, kind, **options)
    return _address(kind, packed.getvalue())


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
