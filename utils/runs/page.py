"""report.html: all that a run came to, on one page that needs no other file."""

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import jinja2
import matplotlib
import numpy as np
from PIL import Image

from data.points import Canvas, ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from utils.evaluation.explorer import explore
from utils.evaluation.figures import in_order
from utils.evaluation.result import ClassifierScores, Evaluation
from utils.pictures.charts import HEIGHT, WIDTH, loss_charts, marginal_charts
from utils.pictures.embedding import address, embedded
from utils.pictures.thumbnails import paint_small
from utils.program.commands import main_command
from utils.program.files import write_text
from utils.runs.explorer import explorer_content
from utils.runs.gallery import shown
from utils.runs.record import read_history
from utils.settings.config import Config
from utils.settings.validation import as_yaml, note

NAME = "report.html"
TEMPLATE = "report.html.j2"
# The longer side of a picture, in pixels.
PICTURE = 640
# Points on a picture. More would hide each other, and make the page large.
MOST_PAINTED = 20_000
# A longer film is not taken in, so that the page stays below 3 MB.
MOST_FILM = 1_300_000
# Settings that say where files are and what is drawn from a model, however it was trained.
OF_TODAY = ("data_path", "result_path", "n_generate", "retrain", "keep_runs", "device")


class Row(NamedTuple):
    """A row of the table of figures."""

    name: str
    meaning: str
    value: str
    error: str
    floor: str
    p: str


def write_page(
    config: Config,
    generator: Generator,
    data: ColoredPoints,
    points: np.ndarray,
    means: np.ndarray,
    found: Evaluation,
    made_with: Mapping[str, str],
) -> Path:
    """Write report.html of a run into its folder, where the run's other files are. Returns its path.

    config: the settings of the run.
    generator: what was trained or loaded.
    data: all points, of which `means` are the posterior means as `posterior_means` gives them for `shown(data)`.
    points: the generated points, `(n, 5)`.
    found: the evaluation of `points` and of the model.
    made_with: names and versions of what the run was made with.

    Raises InputError if it cannot be written, or the history of the run cannot be read.
    """
    folder, history = config.output, read_history(config.output)
    ours, theirs = thinned(points, MOST_PAINTED), thinned(data.points.numpy(), MOST_PAINTED)
    pictures = {
        "data": paint_small(thinned(theirs, len(ours)), data.canvas, PICTURE),
        "generated": paint_small(ours, data.canvas, PICTURE),
    }
    content = {
        "title": f"{config.model} VAE",
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "data_path": config.data_path,
        "n_data": len(data),
        "n_generated": len(points),
        "verdict": found.verdict,
        "state": _state(found),
        "noticed": found.power,
        "facts": _facts(found, history),
        "pictures": {name: embedded(picture) for name, picture in pictures.items()},
        "canvas": data.canvas,
        "suspects": embedded(_suspects(found.classifier, data.canvas)) if found.classifier else None,
        "explorer": explorer_content(explore(generator, means), shown(data), means.shape[1], data.canvas),
        "curves": loss_charts(history),
        "film": _film(folder / "training.gif"),
        "marginals": marginal_charts(theirs, ours),
        "chart_size": (WIDTH, HEIGHT),
        "figures": _figures(found),
        "ks": [(name, f"{ks.value:.3f}", f"{ks.real:.3f}") for name, ks in found.ks.items()],
        "settings": _settings(config, generator),
        "made": {"data": f"fingerprint {generator.fingerprint}"} | dict(made_with),
        "command": _command(config, generator),
    }
    path = folder / NAME
    write_text(path, _template().render(content))
    return path


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(TEMPLATE)


def _state(found: Evaluation) -> str:
    """How the verdict is marked: as passed, failed, or unknown."""
    if found.is_memorized or found.is_refused:
        return "failed"
    return "unknown" if found.p is None else "passed"


def _facts(found: Evaluation, history: Mapping[str, np.ndarray]) -> dict[str, str]:
    reconstruction, kl = found.model["heldout_reconstruction"], found.model["heldout_kl"]
    facts = {
        "nats per held-out point": f"{reconstruction + kl:.2f}",
        "of these, KL": f"{kl:.2f}",
        "active latents": str(found.model["active_units"]),
    }
    if "c2st_auc" in found.figures:
        auc = found.figures["c2st_auc"]
        facts["AUC (real points: 0.50)"] = f"{auc.value:.2f} ± {auc.error:.2f}"
    return facts | {f"to train {len(history['epoch']):,} epochs": _duration(history["seconds"].sum())}


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _suspects(classifier: ClassifierScores, canvas: Canvas) -> Image.Image:
    """The points of both sets, colored by how much they look generated to the `classifier`, on black."""
    colors = matplotlib.colormaps["PuOr_r"](np.clip(classifier.scores + 0.5, 0, 1), bytes=True)[:, :3]
    points = np.column_stack([classifier.points[:, :2], colors]).astype(np.int64)
    return paint_small(points, canvas._replace(color=(0, 0, 0)), PICTURE)


def _film(path: Path) -> dict[str, str] | None:
    """The film and its last frame, which stands still; None if there is none, or it is too large."""
    if not path.exists() or path.stat().st_size > MOST_FILM:
        return None
    with Image.open(path) as film:
        frames = getattr(film, "n_frames", 1)
        film.seek(frames - 1)
        still = film.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    return {"moving": address(path.read_bytes(), "image/gif"), "still": embedded(still), "frames": f"{frames:,}"}


def _figures(found: Evaluation) -> list[Row]:
    rows = []
    for key, metric in in_order(found.figures):
        value, real, p, error, _ = found.figures[key]
        texts = metric.text(value), "" if error is None else metric.text(error), metric.text(real)
        rows.append(Row(metric.label, metric.meaning, *texts, "" if p is None else f"{p:.3f}"))
    return rows


def _settings(config: Config, generator: Generator) -> list[tuple[str, str, str, bool, str]]:
    """Of each setting its name, value, default, whether they differ, and its meaning."""
    rows = []
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name)
        if setting.name in generator.config and setting.name not in OF_TODAY:
            # A generator that was loaded may have been trained otherwise than the settings of today say.
            value = generator.config[setting.name]
        changed = value != setting.default
        rows.append((setting.name, as_yaml(value), as_yaml(setting.default), changed, note(setting)))
    return rows


def _command(config: Config, generator: Generator) -> str:
    """The command that repeats the run, from the settings in its folder."""
    arguments = ["--config", str(config.output / "config.yaml")]
    if not config.retrain:
        drawn = ("n_generate", "seed")
        changed = [name for name in drawn if getattr(config, name) != generator.config.get(name)]
        arguments += ["retrain=false", *(f"{name}={getattr(config, name)}" for name in changed)]
    return main_command(*arguments)
