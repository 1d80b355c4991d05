"""Runs as columns of a table: seeds of the same settings share one, and its name is what differs."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from utils.evaluation.figures import Metric, in_order
from utils.evaluation.two_sample import SIGNIFICANT
from utils.pictures.side_by_side import BEYOND, WITHIN, Column
from utils.runs.finished import OF_MODEL, FinishedRun
from utils.settings.values import as_yaml

# Settings that do not change what is learned: where files are, and how fast. Data are known by their fingerprint.
ASIDE = ("result_path", "data_path", "threads", "num_workers", "gen_every_epochs", "retrain", "keep_runs")
UNKNOWN = "not known then"


class Group(NamedTuple):
    """Runs whose settings are the same but for the seed, on the same data; and their name in a table."""

    name: str
    runs: list[FinishedRun]


def grouped(runs: Sequence[FinishedRun]) -> list[Group]:
    """The groups of `runs`, in the order of their first ones, named after what differs between them.

    A folder that is given twice counts once. A run that repeats a seed is no further seed: it begins another group.
    """
    groups: list[Group] = []
    for run in {run.folder.resolve(): run for run in runs}.values():
        for group in groups:
            is_further_seed = run.settings.get("seed") not in [other.settings.get("seed") for other in group.runs]
            if is_further_seed and _learned(run) == _learned(group.runs[0]) and run.has_same_data(group.runs[0]):
                group.runs.append(run)
                break
        else:
            groups.append(Group("", [run]))
    names = _names(groups)
    return [Group(name, group.runs) for name, group in zip(names, groups, strict=True)]


def columns(groups: Sequence[Group]) -> dict[str, Column]:
    """The column of each group, by its name."""
    figures, settings = figure_rows(groups), setting_rows(groups)
    found = {}
    for i, (name, runs) in enumerate(groups):
        histories = [run.history for run in runs]
        n = min(len(history["epoch"]) for history in histories)
        found[name] = Column(
            {curve: np.mean([history[curve][:n] for history in histories], axis=0) for curve in histories[0]},
            runs[0].painted,
            {label: texts[i] for label, texts in figures.items()},
            {label: texts[i] for label, texts in settings.items()},
            histories if len(histories) > 1 else [],
            runs[0].data,
        )
    return found


def have_same_data(groups: Sequence[Group]) -> bool:
    """Whether all runs have the same data."""
    return all(run.has_same_data(groups[0].runs[0]) for group in groups for run in group.runs)


def setting_rows(groups: Sequence[Group]) -> dict[str, list[str]]:
    """The settings in which groups differ, with a text for each group."""
    settings = [_learned(group.runs[0]) for group in groups]
    rows = {}
    for name in dict.fromkeys(name for run in settings for name in run):
        texts = [as_yaml(run[name]) if name in run else UNKNOWN for run in settings]
        if len(set(texts)) > 1:
            rows[name] = texts
    seeds = [", ".join(as_yaml(run.settings.get("seed")) for run in group.runs) for group in groups]
    if len(set(seeds)) > 1:
        rows["seed"] = seeds
    if not have_same_data(groups):
        firsts = [group.runs[0] for group in groups]
        rows["data"] = [f"{run.settings.get('data_path')} ({run.fingerprint or UNKNOWN})" for run in firsts]
    return rows


def figure_rows(groups: Sequence[Group]) -> dict[str, list[str]]:
    """The figures, with a text for each group. The label says whether differences between groups lie within noise."""
    rows, known = {}, [key for group in groups for run in group.runs for key in run.figures if key not in OF_MODEL]
    for key, metric in (OF_MODEL | dict(in_order(known))).items():
        figures = [[run.figures[key] for run in group.runs if key in run.figures] for group in groups]
        reals = [figure.real for part in figures for figure in part if not math.isnan(figure.real)]
        # Real points are held-out ones, which differ from seed to seed.
        extremes = dict.fromkeys(metric.text(extreme(reals)) for extreme in (min, max) if reals)
        real = f" (real: {' to '.join(extremes)})" if extremes else ""
        values = [[figure.value for figure in part] for part in figures]
        p = p_of_difference([part for part in values if part]) if have_same_data(groups) else math.nan
        mark = "" if math.isnan(p) else f"  {BEYOND}" if p < SIGNIFICANT else f"  {WITHIN}"
        rows[metric.label + real + mark] = [_mean_and_deviation(part, metric) for part in values]
    rows[f"refused by the tests (p < {SIGNIFICANT})"] = [_refused(group) for group in groups]
    return rows


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

    def area(start: float) -> float:
        """Over the angle whose tangent is t / sqrt(freedom), the density of Student's t is a power of the cosine."""
        angles = np.linspace(start, math.pi / 2, 2001)
        return float(np.trapezoid(np.cos(angles).clip(0) ** (freedom - 1), angles))

    return min(1.0, len(pairs) * area(math.atan(t / math.sqrt(freedom))) / area(0))


def _names(groups: Sequence[Group]) -> list[str]:
    """The fewest settings that tell the groups apart, or else their folders; and their numbers of seeds."""
    names, rows = [""] * len(groups), setting_rows(groups)
    for setting in sorted(rows.keys() - {"seed"}, key=lambda name: (name != "model", UNKNOWN in rows[name], name)):
        words = [text if setting == "model" else f"{setting}={text}" for text in rows[setting]]
        longer = [", ".join(filter(None, pair)) for pair in zip(names, words, strict=True)]
        names = longer if len(set(longer)) > len(set(names)) else names
    if len(set(names)) < len(groups):
        names = [str(group.runs[0].folder) for group in groups]
    counts = [f" ({len(group.runs)} seeds)" if len(group.runs) > 1 else "" for group in groups]
    model = str(groups[0].runs[0].settings.get("model"))
    return [(name or model) + count for name, count in zip(names, counts, strict=True)]


def _learned(run: FinishedRun) -> dict[str, Any]:
    return {name: value for name, value in run.settings.items() if name not in (*ASIDE, "seed")}


def _mean_and_deviation(values: Sequence[float], metric: Metric) -> str:
    deviation = f" ± {metric.text(float(np.std(values, ddof=1)))}" if len(values) > 1 else ""
    return metric.text(float(np.mean(values))) + deviation if values else ""


def _refused(group: Group) -> str:
    found = [run.p < SIGNIFICANT for run in group.runs if run.p is not None]
    return f"{sum(found)} of {len(found)}" if found else "too few points"
