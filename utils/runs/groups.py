"""Runs that differ in their seed only, as one column of a table that is named after the differences."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from utils.evaluation.figures import in_order
from utils.evaluation.two_sample import SIGNIFICANT
from utils.run import OF_MODEL, Run
from utils.settings.validation import as_yaml

# Runs whose settings are the same but for the seed, on the same data, by their name in a table.
Groups = Mapping[str, Sequence[Run]]
# Settings that do not change what is learned. Data are known by their fingerprint.
ASIDE = ("seed", "result_path", "data_path", "threads", "num_workers", "gen_every_epochs", "retrain", "keep_runs")
UNKNOWN = "not known then"


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
        # Real points are held-out ones, which differ from seed to seed.
        extremes = dict.fromkeys(metric.text(extreme(reals)) for extreme in (min, max) if reals)
        real = f" (real: {' to '.join(extremes)})" if extremes else ""
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
