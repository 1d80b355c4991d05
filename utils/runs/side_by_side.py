"""Runs side by side. Those that differ in their seed only share a column, which is named after the differences."""

import math
import textwrap
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from utils.evaluation.metrics import in_order
from utils.evaluation.two_sample import SIGNIFICANT
from utils.pictures.curves import LEGEND, draw_losses, loss
from utils.pictures.style import BLUE, WIDTH
from utils.runs.run import CURVES, OF_MODEL, Run
from utils.settings.values import as_yaml

# Runs whose settings are the same but for the seed, on the same data, by their name in a table.
Groups = Mapping[str, Sequence[Run]]
# Settings that do not change what is learned. Data are known by their fingerprint.
ASIDE = ("seed", "result_path", "data_path", "threads", "num_workers", "gen_every_epochs", "retrain", "keep_runs")
UNKNOWN = "not known then"
NOTE = (
    "≈: differences lie within noise.   ≠: they do not (p < 0.05).   Neither: not known without several seeds.\n"
    "±: the standard deviation over several seeds."
)


def grouped(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The groups of `runs`, in the order of their first ones, by names that say how they differ.

    A folder that is given twice counts once. A run that repeats a seed is no further seed: it begins another group.
    """
    groups: list[list[Run]] = []
    for run in {run.folder.resolve(): run for run in runs}.values():
        for group in groups:
            is_further_seed = run.settings.get("seed") not in [other.settings.get("seed") for other in group]
            if is_further_seed and _learned(run) == _learned(group[0]) and run.data_id == group[0].data_id:
                group.append(run)
                break
        else:
            groups.append([run])
    return dict(zip(_names(groups), groups, strict=True))


def table(groups: Groups) -> str:
    """The settings in which groups differ and their figures, a row each."""
    rows = setting_rows(groups.values()) | figure_rows(groups.values())
    lines = [["", *groups], *([label, *texts] for label, texts in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def plot_side_by_side(groups: Groups) -> Figure:
    """A column for each group: curves of its seeds and their mean, and its first picture; below, the table of all.

    The picture of the data is beside that of the groups, or above each if they have other data.
    """
    n, firsts = len(groups), {name: runs[0] for name, runs in groups.items()}
    pictures = {name: run.painted for name, run in firsts.items()}
    originals = {f"data of {name}": run.original for name, run in firsts.items() if run.original}
    is_same = have_same_data(groups.values())
    if originals and is_same:
        pictures = {"data": next(iter(originals.values()))} | pictures
    elif len(originals) == n:
        pictures = originals | pictures
    # Wide pictures are stacked.
    width, shape = max(WIDTH, 4.5 * n), max(picture.height / picture.width for picture in pictures.values())
    across = (1 if shape < 0.4 else len(pictures)) if is_same else n
    down = len(pictures) // across
    lines = f"{table(groups)}\n\n{NOTE}"
    # In inches: of the curves, the pictures and the table.
    heights = [7.2, down * (min(7, width / across * shape) + 0.35), 0.17 * (3 + lines.count("\n"))]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    curves, paintings, below = figure.subfigures(3, 1, squeeze=False, height_ratios=heights)[:, 0]
    histories = [run.history for runs in groups.values() for run in runs]
    artists: dict[str, Artist] = {}
    axes = curves.subplots(2, n, sharex="col", sharey="row", squeeze=False)
    for (losses, kl), (name, runs) in zip(axes.T, groups.items(), strict=True):
        seeds = [run.history for run in runs]
        # The mean over the epochs that all of them have, and each seed as a thin line.
        n_epochs = min(len(seed["epoch"]) for seed in seeds)
        mean = {curve: np.mean([seed[curve][:n_epochs] for seed in seeds], axis=0) for curve in CURVES}
        artists |= draw_losses(losses, kl, mean, histories)
        for seed in seeds[len(seeds) == 1 :]:
            for panel, part in ((losses, "total"), (kl, "kl")):
                panel.plot(seed["epoch"], loss(seed, "heldout", part), color=BLUE, linewidth=0.7, alpha=0.5)
        losses.set_title(textwrap.fill(name, 40), fontweight="bold")
    curves.legend([*artists.values()], [*artists], ncols=4, **LEGEND)
    panels = paintings.subplots(down, across, squeeze=False).flat
    for panel, (name, picture) in zip(panels, pictures.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=textwrap.fill(name, 30), xticks=[], yticks=[])
    # No wider than the figure.
    size = min(10, 115 * width / max(map(len, lines.splitlines())))
    below.text(0.5, 0.5, lines, fontfamily="monospace", fontsize=size, ha="center", va="center", multialignment="left")
    return figure


def have_same_data(groups: Collection[Sequence[Run]]) -> bool:
    """Whether all runs have the same data."""
    return len({run.data_id for group in groups for run in group}) == 1


def setting_rows(groups: Collection[Sequence[Run]]) -> dict[str, list[str]]:
    """The settings in which groups differ, with a text for each group."""
    settings = [_learned(group[0]) for group in groups]
    names = dict.fromkeys(name for run in settings for name in run)
    rows = {name: [as_yaml(run[name]) if name in run else UNKNOWN for run in settings] for name in names}
    rows["seed"] = [", ".join(as_yaml(run.settings.get("seed")) for run in group) for group in groups]
    rows["data"] = [f"{group[0].settings.get('data_path')} ({group[0].data_id})" for group in groups]
    if have_same_data(groups):
        del rows["data"]
    return {name: texts for name, texts in rows.items() if len(set(texts)) > 1}


def figure_rows(groups: Collection[Sequence[Run]]) -> dict[str, list[str]]:
    """The figures, with a text for each group. The label says whether differences between groups lie within noise."""
    rows, known = {}, [key for group in groups for run in group for key in run.figures if key not in OF_MODEL]
    for key, metric in (OF_MODEL | dict(in_order(known))).items():
        figures = [[run.figures[key] for run in group if key in run.figures] for group in groups]
        reals = [figure.real for part in figures for figure in part if not math.isnan(figure.real)]
        # The mean, because real points are held-out ones, which differ from seed to seed.
        real = f" (real: {metric.text(float(np.mean(reals)))})" if reals else ""
        values = [[figure.value for figure in part] for part in figures]
        p = p_of_difference([part for part in values if part]) if have_same_data(groups) else math.nan
        mark = "" if math.isnan(p) else "  ≠" if p < SIGNIFICANT else "  ≈"
        means = [metric.text(float(np.mean(part))) if part else "" for part in values]
        spreads = [f" ± {metric.text(float(np.std(part, ddof=1)))}" if len(part) > 1 else "" for part in values]
        rows[metric.label + real + mark] = [mean + spread for mean, spread in zip(means, spreads, strict=True)]
    ps = [[run.metrics["p"] for run in group if run.metrics.get("p") is not None] for group in groups]
    texts = [f"{sum(p < SIGNIFICANT for p in part)} of {len(part)}" if part else "too few points" for part in ps]
    return rows | {f"refused by the tests (p < {SIGNIFICANT})": texts}


def p_of_difference(samples: Sequence[Sequence[float]]) -> float:
    """How often chance alone sets the means of two `samples` as far apart as these are; NaN if that is not known.

    Student's t-test of the most different pair, times the number of pairs (Bonferroni). The variance over seeds is
    pooled over all samples, so that a few seeds suffice, and a single run can be compared with several seeds.
    """
    freedom, pairs = sum(len(sample) - 1 for sample in samples), list(combinations(samples, 2))
    if not freedom or not pairs:
        return math.nan
    variance = max(1e-30, sum(np.var(sample) * len(sample) for sample in samples) / freedom)
    t = max(abs(np.mean(a) - np.mean(b)) / math.sqrt(variance * (1 / len(a) + 1 / len(b))) for a, b in pairs)
    # Over the angle whose tangent is t / sqrt(freedom), the density of Student's t is a power of the cosine.
    starts = np.array([math.atan(t / math.sqrt(freedom)), 0])
    angles = np.linspace(starts, math.pi / 2, 2001)
    tail, half = np.trapezoid(np.cos(angles).clip(0) ** (freedom - 1), angles, axis=0)
    return min(1.0, len(pairs) * float(tail / half))


def _names(groups: Sequence[Sequence[Run]]) -> list[str]:
    """The fewest settings that tell the groups apart, or else their folders; and their numbers of seeds."""
    names, rows = [""] * len(groups), setting_rows(groups)
    for setting in sorted(rows.keys() - {"seed"}, key=lambda name: (name != "model", UNKNOWN in rows[name], name)):
        words = [text if setting == "model" else f"{setting}={text}" for text in rows[setting]]
        longer = [", ".join(filter(None, pair)) for pair in zip(names, words, strict=True)]
        names = longer if len(set(longer)) > len(set(names)) else names
    if len(set(names)) < len(groups):
        names = [str(group[0].folder) for group in groups]
    counts = [f" ({len(group)} seeds)" if len(group) > 1 else "" for group in groups]
    return [(name or str(groups[0][0].settings.get("model"))) + n for name, n in zip(names, counts, strict=True)]


def _learned(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.settings.items() if name not in ASIDE}
