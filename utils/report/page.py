"""Fills report.html: all that a run came to, on one page that needs no other file."""

import base64
import time
from collections.abc import Mapping
from pathlib import Path

import jinja2
import numpy as np
from matplotlib.figure import Figure

from data.pictures import open_picture
from data.points import PICTURE
from data.thinning import thinned
from utils.evaluation.figures import in_order
from utils.evaluation.result import Evaluation
from utils.pictures.curves import plot_losses
from utils.pictures.latent import what_to_see
from utils.pictures.painting import embedded, paint_small
from utils.pictures.style import as_svg
from utils.program.commands import main_command
from utils.program.errors import InputError
from utils.program.files import skipped_if_held, write_text
from utils.report.explorer import explorer_content
from utils.run import MOST_SHOWN, Result, Run, Trained
from utils.settings.config import Config

TEMPLATE = "report.html.j2"
# The longer side of a picture, in pixels.
SIDE = 640
# A longer film is not taken in, so that the page stays below 3 MB.
MOST_FILM = 900_000


def write_page(run: Run, plots: Mapping[str, Figure], made_with: Mapping[str, str]) -> None:
    """Write report.html into the folder of `run`.

    plots: those of the run, by the names of their files.
    made_with: names and versions of what the run was made with.

    Raises InputError if it cannot be written.
    """
    found, canvas = run.evaluation, run.data.canvas
    samples = thinned(run.samples, MOST_SHOWN)
    # The verdict stands above already.
    plots[Result.COMPARISON].suptitle("")
    pictures = {"data": thinned(run.shown, len(samples)), "generated": samples}
    content = {
        "run": run,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "state": _state(found),
        "facts": _facts(found, run.history),
        "original": _original(run),
        "pictures": [(name, len(p), embedded(paint_small(p, canvas, SIDE))) for name, p in pictures.items()],
        "comparison": as_svg(plots[Result.COMPARISON], "comparison"),
        "losses": as_svg(plot_losses("", run.history), "losses"),
        "what_to_see": what_to_see(run),
        "explorer": explorer_content(run),
        "film": _film(run.config.output / Trained.FILM),
        "changed": {name: value for name, value in vars(run.config).items() if value != getattr(Config, name)},
        "figures": _figures(found),
        "made": {"data": f"fingerprint {run.generator.fingerprint}"} | dict(made_with),
        "command": main_command("--config", str(run.folder / Trained.CONFIG)),
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.from_string((Path(__file__).parent / TEMPLATE).read_text(encoding="utf-8")).render(content)
    with skipped_if_held():
        write_text(run.folder / Result.REPORT, page)


def _original(run: Run) -> str | None:
    """The picture that the points were read from, as the person gave it; None if it is no longer there."""
    try:
        picture = open_picture(Path(run.config.data_path) / PICTURE).convert("RGB")
    except InputError:
        return None
    picture.thumbnail((SIDE, SIDE))
    return embedded(picture, "jpeg", quality=90, subsampling=0)


def _film(path: Path) -> str | None:
    """The address of the film in `path`; None if there is none, or it is too large."""
    if not path.exists() or path.stat().st_size > MOST_FILM:
        return None
    return f"data:image/gif;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _state(found: Evaluation) -> str:
    """How the verdict is marked: as passed, failed, or unknown."""
    if found.is_memorized or found.is_refused:
        return "failed"
    return "unknown" if found.p is None else "passed"


def _facts(found: Evaluation, history: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The most telling figures, by what they are called."""
    model, auc, seconds = found.model, found.figures.get("c2st_auc"), history["seconds"].sum()
    facts = {
        "nats per held-out point": f"{model['heldout_reconstruction'] + model['heldout_kl']:.2f}",
        "of these, KL": f"{model['heldout_kl']:.2f}",
        "active latents": str(model["active_units"]),
        "AUC (real points: 0.50)": f"{auc.value:.2f} ± {auc.error:.2f}" if auc else "",
        f"to train {len(history['epoch']):,} epochs": f"{seconds / 60:.0f} min" if seconds > 99 else f"{seconds:.0f} s",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _figures(found: Evaluation) -> list[tuple[str, ...]]:
    """Of each figure its name, its meaning, its value, its error, that of real points, and its p-value."""
    rows: list[tuple[str, ...]] = []
    for key, metric in in_order(found.figures):
        value, real, p, error, _ = found.figures[key]
        spread = "" if error is None else f"± {metric.text(error)}"
        texts = metric.text(value), spread, metric.text(real), "" if p is None else f"{p:.3f}"
        rows.append((metric.label, metric.meaning, *texts))
    return rows
