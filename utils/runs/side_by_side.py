"""Runs side by side. Runs that differ only in their seed share a column, which is named after the other differences."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from data.pictures import open_picture
from utils.evaluation.metrics import METRICS, Metric
from utils.evaluation.two_sample import SIGNIFICANT
from utils.runs.plot_losses import add_legend, draw_losses
from utils.runs.run import ResultFile, Run
from utils.runs.style import WIDTH
from utils.settings.config import Config

# Runs of which settings and data are the same, but not the seed, by the title of their column.
Groups = Mapping[str, Sequence[Run]]
# Settings that change no figure but by chance. Data are known by their fingerprint.
ASIDE = {"seed", *Config.names("files", "machine")} - {"n_generate"}
# What metrics.json says of the model, beside its samples: the keys whose values each row adds up.
OF_MODEL = {
    Metric("loss of a held-out point (nats)", "", ".2f"): ("heldout_reconstruction", "heldout_kl"),
    Metric("KL", "", ".2f"): ("heldout_kl",),
    Metric("active latents", "", ".3g"): ("active_units",),
}
NOTE = "±: the standard deviation over several seeds. Differences between single runs may be noise."


def grouped(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The groups of `runs` by a number and the settings in which they differ, or a folder where nothing differs.

    A folder that is given twice counts once. A run that repeats a seed is no further seed: it begins another group.
    """
    groups: list[list[Run]] = []
    for run in {run.folder.resolve(): run for run in runs}.values():
        for group in groups:
            if _learned(run) == _learned(group[0]) and run.config.seed not in {other.config.seed for other in group}:
                group.append(run)
                break
        else:
            groups.append([run])
    settings = [_learned(group[0]) for group in groups]
    for group, learned in zip(groups, settings, strict=True):
        learned["data"] = f"{group[0].config.data_path} ({learned['data']})"
    differing = [name for name in settings[0] if len({learned[name] for learned in settings}) > 1]
    names = [", ".join(f"{name}={learned[name]}" for name in differing) for learned in settings]
    seeds = [", ".join(str(run.config.seed) for run in group) for group in groups]
    return {
        f"{number}: {name or group[0].folder} (seed {texts})": group
        for number, (name, texts, group) in enumerate(zip(names, seeds, groups, strict=True), 1)
    }


def table(groups: Groups) -> str:
    """The figures, with a column for the number of each group: the mean over its seeds ± their standard deviation."""
    known = [[run.metrics for run in group] for group in groups.values()]
    lines = [["", *(name.partition(":")[0] for name in groups)]]
    for metric, keys in OF_MODEL.items():
        values = [[sum(run[key] for key in keys) for run in group] for group in known]
        lines.append([metric.label, *(_mean(metric, group) for group in values)])
    for key, metric in METRICS.items():
        measured = [[run[key] for run in group if key in run] for group in known]
        # The mean, because real points are held-out ones, which differ from seed to seed.
        if reals := [figure["real"] for group in measured for figure in group]:
            label = f"{metric.label} (real: {metric.text(float(np.mean(reals)))})"
            lines.append([label, *(_mean(metric, [figure["value"] for figure in group]) for group in measured)])
    ps = [[run["p"] for run in group if run["p"] is not None] for group in known]
    texts = [f"{sum(p < SIGNIFICANT for p in group)} of {len(group)}" if group else "too few points" for group in ps]
    lines.append([f"refused by the tests (p < {SIGNIFICANT})", *texts])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def plot_side_by_side(groups: Groups) -> Figure:
    """Curves of each group, in columns; below, pictures of their data and of each group's points, and the table."""
    runs = [run for group in groups.values() for run in group]
    of_data = {run.metrics["fingerprint"]: run for run in runs}.values()
    pictures = [(f"data: {run.config.data_path}", open_picture(run.folder / ResultFile.DATA)) for run in of_data]
    pictures += [(name, open_picture(group[0].folder / ResultFile.GENERATED)) for name, group in groups.items()]
    # Wide pictures are stacked.
    width, shape = max(WIDTH, 4.5 * len(groups)), max(picture.height / picture.width for _, picture in pictures)
    down, across = (len(pictures), 1) if shape < 0.4 else (1, len(pictures))
    lines = f"{table(groups)}\n\n{NOTE}"
    # In inches: of the curves, the pictures and the table.
    heights = [7.2, down * (min(7, width / across * shape) + 0.35), 0.17 * (3 + lines.count("\n"))]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    curves, paintings, below = figure.subfigures(3, 1, squeeze=False, height_ratios=heights)[:, 0]
    axes = curves.subplots(2, len(groups), sharex="col", sharey="row", squeeze=False)
    for (losses, kl), (name, group) in zip(axes.T, groups.items(), strict=True):
        draw_losses(losses, kl, [run.history for run in group], group[0].config, [run.history for run in runs])
        losses.set_title(textwrap.fill(name, 40), fontweight="bold")
    add_legend(curves)
    for panel, (name, picture) in zip(paintings.subplots(down, across).flat, pictures, strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=textwrap.fill(name, 30), xticks=[], yticks=[])
    below.text(0.5, 0.5, lines, fontfamily="monospace", fontsize=10, ha="center", va="center", multialignment="left")
    return figure


def _mean(metric: Metric, values: Sequence[float]) -> str:
    if not values:
        return ""
    spread = f" ± {metric.text(float(np.std(values, ddof=1)))}" if len(values) > 1 else ""
    return metric.text(float(np.mean(values))) + spread


def _learned(run: Run) -> dict[str, Any]:
    """What decides what `run` learned, but for its seed."""
    learned = {name: value for name, value in vars(run.config).items() if name not in ASIDE}
    return learned | {"data": run.metrics["fingerprint"]}
