"""Runs side by side. Runs that differ only in their seed share a column, which is named after the other differences."""

import textwrap
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from utils.evaluation.metrics import METRICS, Metric
from utils.evaluation.two_sample import SIGNIFICANT
from utils.runs.plot_losses import add_legend, draw_losses
from utils.runs.run import OF_MODEL, Run
from utils.runs.style import WIDTH
from utils.settings.config import Config
from utils.settings.values import as_yaml

# Runs of which settings and data are the same, but not the seed, by their name in a table.
Groups = Mapping[str, Sequence[Run]]
# Settings that change no figure but by chance. Data are known by their fingerprint.
ASIDE = {"seed", *Config.names("files", "machine")} - {"n_generate"}
UNKNOWN = "not known then"
NOTE = "±: the standard deviation over several seeds. Differences between single runs may be noise."


def grouped(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The groups of `runs`, in the order of their first ones, by names that say how they differ.

    A folder that is given twice counts once. A run that repeats a seed is no further seed: it begins another group.
    """
    groups: dict[tuple[str, int], list[Run]] = {}
    repeats: Counter[tuple[str, Any]] = Counter()
    for run in {run.folder.resolve(): run for run in runs}.values():
        learned, seed = str(sorted(_learned(run).items())), run.settings.get("seed")
        groups.setdefault((learned, repeats[learned, seed]), []).append(run)
        repeats[learned, seed] += 1
    return dict(zip(_names([*groups.values()]), groups.values(), strict=True))


def table(groups: Groups) -> str:
    """The settings in which groups differ and their figures, a row each."""
    rows = setting_rows(groups.values()) | figure_rows(groups.values())
    lines = [["", *groups], *([label, *texts] for label, texts in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def plot_side_by_side(groups: Groups) -> Figure:
    """Curves of each group, in columns; below, pictures of their data and of each group's points, and the table."""
    first = {name: runs[0] for name, runs in groups.items()}
    originals = {f"data of {name}": run.original for name, run in first.items()}
    if len({run.data_id for run in first.values()}) == 1:
        originals = {"data": next(iter(originals.values()))}
    known = originals | {name: run.painted for name, run in first.items()}
    pictures = {name: picture for name, picture in known.items() if picture}
    # Wide pictures are stacked.
    width, shape = max(WIDTH, 4.5 * len(groups)), max(picture.height / picture.width for picture in pictures.values())
    down, across = (len(pictures), 1) if shape < 0.4 else (1, len(pictures))
    lines = f"{table(groups)}\n\n{NOTE}"
    # In inches: of the curves, the pictures and the table.
    heights = [7.2, down * (min(7, width / across * shape) + 0.35), 0.17 * (3 + lines.count("\n"))]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    curves, paintings, below = figure.subfigures(3, 1, squeeze=False, height_ratios=heights)[:, 0]
    histories = [run.history for runs in groups.values() for run in runs]
    axes = curves.subplots(2, len(groups), sharex="col", sharey="row", squeeze=False)
    for (losses, kl), (name, runs) in zip(axes.T, groups.items(), strict=True):
        draw_losses(losses, kl, [run.history for run in runs], runs[0].settings, histories)
        losses.set_title(textwrap.fill(name, 40), fontweight="bold")
    add_legend(curves)
    panels = paintings.subplots(down, across, squeeze=False).flat
    for panel, (name, picture) in zip(panels, pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=textwrap.fill(name, 30), xticks=[], yticks=[])
    # No wider than the figure.
    size = min(10, 115 * width / max(map(len, lines.splitlines())))
    below.text(0.5, 0.5, lines, fontfamily="monospace", fontsize=size, ha="center", va="center", multialignment="left")
    return figure


def setting_rows(groups: Collection[Sequence[Run]]) -> dict[str, list[str]]:
    """The settings in which groups differ, with a text for each group."""
    settings = [_learned(group[0]) for group in groups]
    names = dict.fromkeys(name for run in settings for name in run)
    rows = {name: [as_yaml(run[name]) if name in run else UNKNOWN for run in settings] for name in names}
    rows["seed"] = [", ".join(as_yaml(run.settings.get("seed")) for run in group) for group in groups]
    rows = {name: texts for name, texts in rows.items() if len(set(texts)) > 1}
    if "data" in rows:
        rows["data"] = [f"{group[0].settings.get('data_path')} ({group[0].data_id})" for group in groups]
    return rows


def figure_rows(groups: Collection[Sequence[Run]]) -> dict[str, list[str]]:
    """The figures, with a text for each group: the mean over its seeds ± their standard deviation."""
    known = {key for group in groups for run in group for key in run.figures}
    rows = {}
    for key, metric in (OF_MODEL | {key: row for key, row in METRICS.items() if key in known}).items():
        figures = [[run.figures[key] for run in group if key in run.figures] for group in groups]
        # The mean, because real points are held-out ones, which differ from seed to seed.
        reals = [figure.real for part in figures for figure in part if not np.isnan(figure.real)]
        label = metric.label + (f" (real: {metric.text(float(np.mean(reals)))})" if reals else "")
        rows[label] = [_mean(metric, [figure.value for figure in part]) for part in figures]
    ps = [[run.metrics["p"] for run in group if run.metrics.get("p") is not None] for group in groups]
    texts = [f"{sum(p < SIGNIFICANT for p in part)} of {len(part)}" if part else "too few points" for part in ps]
    return rows | {f"refused by the tests (p < {SIGNIFICANT})": texts}


def _mean(metric: Metric, values: Sequence[float]) -> str:
    if not values:
        return ""
    spread = f" ± {metric.text(float(np.std(values, ddof=1)))}" if len(values) > 1 else ""
    return metric.text(float(np.mean(values))) + spread


def _names(groups: Sequence[Sequence[Run]]) -> list[str]:
    """The fewest settings that tell the groups apart, or else their folders; and their numbers of seeds."""
    names = [""] * len(groups)
    for setting, texts in setting_rows(groups).items():
        longer = [f"{name}, {setting}={text}" for name, text in zip(names, texts, strict=True)]
        if setting != "seed" and len(set(longer)) > len(set(names)):
            names = longer
    if len(groups) == 1:
        names = [str(groups[0][0].settings.get("model"))]
    elif len(set(names)) < len(groups):
        names = [str(group[0].folder) for group in groups]
    counts = [f" ({len(group)} seeds)" if len(group) > 1 else "" for group in groups]
    return [name.removeprefix(", ").removeprefix("model=") + n for name, n in zip(names, counts, strict=True)]


def _learned(run: Run) -> dict[str, Any]:
    """What decides what `run` learned, but for its seed."""
    return {name: value for name, value in run.settings.items() if name not in ASIDE} | {"data": run.data_id}
