"""Fills report.html: all that a run came to, on one page that needs no other file."""

import base64
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure

from data.pictures import open_picture
from data.points import PICTURE
from data.thinning import thinned
from utils.evaluation.figures import SIGNIFICANT
from utils.evaluation.glossary import GLOSSARY, entry
from utils.evaluation.words import is_memorized
from utils.pictures.curves import plot_losses
from utils.pictures.latent import what_to_see
from utils.pictures.painting import embedded, paint_small
from utils.pictures.style import as_svg
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
    figures, canvas = run.evaluation.figures, run.data.canvas
    samples = thinned(run.samples, MOST_SHOWN)
    # The verdict stands above already.
    plots[Result.COMPARISON].suptitle("")
    pictures = {"data": thinned(run.shown, len(samples)), "generated": samples}
    content = {
        "run": run,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "verdict": figures["verdict"],
        "state": _state(figures),
        "noticed": _noticed(figures),
        "facts": _facts(figures, run.history),
        "original": _original(run),
        "pictures": [(name, len(p), embedded(paint_small(p, canvas, SIDE))) for name, p in pictures.items()],
        "comparison": as_svg(plots[Result.COMPARISON], "comparison"),
        "losses": as_svg(plot_losses("", run.history), "losses"),
        "what_to_see": what_to_see(run),
        "explorer": explorer_content(run),
        "film": _film(run.config.output / Trained.FILM),
        "changed": {name: value for name, value in vars(run.config).items() if value != getattr(Config, name)},
        "figures": _figures(figures),
        "made": {"data": f"fingerprint {run.generator.fingerprint}"} | dict(made_with),
        "command": shlex.join(["python", "main.py", "--config", str(run.folder / Trained.CONFIG)]),
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


def _state(figures: Mapping[str, Any]) -> str:
    """How the verdict is marked: as passed, failed, or unknown."""
    if is_memorized(dict(figures)):
        return "failed"
    if figures["p"] is None:
        return "unknown"
    return "failed" if figures["p"] < SIGNIFICANT else "passed"


def _noticed(figures: Mapping[str, Any]) -> str | None:
    """How small a difference the classifier would have found."""
    if "c2st_auc" not in figures:
        return None
    counts = f"{figures['n_compared']:,} generated and {figures['n_heldout']:,} held-out"
    words = f"Compared were {counts} points. With so many, an AUC of {figures['c2st_auc']['detectable']:.2f} or more "
    unseen = " A smaller difference may be there unseen; more held-out points would show it."
    return words + "is noticed 4 times in 5." + unseen * (figures["p"] >= SIGNIFICANT)


def _facts(figures: Mapping[str, Any], history: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The most telling figures, by what they are called."""
    auc, seconds = figures.get("c2st_auc"), history["seconds"].sum()
    facts = {
        "nats per held-out point": f"{figures['heldout_reconstruction'] + figures['heldout_kl']:.2f}",
        "of these, KL": f"{figures['heldout_kl']:.2f}",
        "active latents": str(figures["active_units"]),
        "AUC (real points: 0.50)": f"{auc['value']:.2f} ± {auc['standard_error']:.2f}" if auc else "",
        f"to train {len(history['epoch']):,} epochs": f"{seconds / 60:.0f} min" if seconds > 99 else f"{seconds:.0f} s",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Of each figure its name, its meaning, its value, its error, that of real points, and its p-value."""
    tested = [key for key, figure in figures.items() if isinstance(figure, dict) and "floor" in figure]
    rows: list[tuple[str, ...]] = []
    for key in sorted(tested, key=lambda key: list(GLOSSARY).index(key) if key in GLOSSARY else len(GLOSSARY)):
        figure, (name, meaning, is_share) = figures[key], entry(key)
        value, floor = (f"{figure[part]:.1%}" if is_share else f"{figure[part]:.4f}" for part in ("value", "floor"))
        error = f"± {figure['standard_error']:.4f}" if "standard_error" in figure else ""
        rows.append((name, meaning, value, error, floor, f"{figure['p']:.3f}" if "p" in figure else ""))
    return rows
