"""Runs as the columns of a table: those of one setting together, with what differs and what their figures come to."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from utils.evaluation.figures import SIGNIFICANT
from utils.evaluation.glossary import GLOSSARY, entry
from utils.evaluation.noise import Estimate, of_seeds, p_of_difference
from utils.pictures.curves import History
from utils.pictures.side_by_side import BEYOND, WITHIN, Column
from utils.runs.finished import FinishedRun
from utils.settings.validation import as_yaml

Metrics = Mapping[str, Any]
# Settings that do not change what is learned: where files are, and how fast. Data are known by their fingerprint.
ASIDE = ("result_path", "data_path", "threads", "num_workers", "gen_every_epochs", "retrain", "keep_runs")
# A share of points was taken of this many at most.
MOST_COUNTED = 5000


class Group(NamedTuple):
    """Runs whose settings are the same but for the seed, on the same data; and their name in a table."""

    name: str
    runs: list[FinishedRun]


class Row(NamedTuple):
    """A row of figures: its name, a run's value (None if it has none), its standard error, and a value as text."""

    name: str
    value: Callable[[Metrics], float | None]
    error: Callable[[Metrics], float]
    text: Callable[[float], str]


def grouped(runs: Sequence[FinishedRun]) -> list[Group]:
    """The groups of `runs`, in the order of their first ones.

    A folder that is given twice counts once. Where models do not tell groups apart, letters do.
    """
    members: dict[str, list[FinishedRun]] = {}
    for run in {run.folder.resolve(): run for run in runs}.values():
        settings = sorted(item for item in run.settings.items() if item[0] not in (*ASIDE, "seed"))
        members.setdefault(repr((run.fingerprint, settings)), []).append(run)
    groups = []
    for part in members.values():
        name = part[0].model if len(part) == 1 else f"{len(part)} seeds of {part[0].model}"
        groups.append(Group(name, part))
    if len({group.runs[0].model for group in groups}) < len(groups):
        return [Group(f"{_letter(i)}: {group.name}", group.runs) for i, group in enumerate(groups)]
    return groups


def columns(groups: Sequence[Group]) -> dict[str, Column]:
    """The column of each group, by its name."""
    figures, settings = figure_rows(groups), setting_rows(groups)
    found = {}
    for i, group in enumerate(groups):
        histories = [run.history for run in group.runs]
        found[group.name] = Column(
            _mean(histories),
            group.runs[0].painted,
            {name: texts[i] for name, texts in figures.items()},
            {name: texts[i] for name, texts in settings.items()},
            histories if len(histories) > 1 else [],
            group.runs[0].data,
        )
    return found


def setting_rows(groups: Sequence[Group]) -> dict[str, list[str]]:
    """The settings in which groups differ, with a text for each group. Groups are named after their models."""
    firsts = [group.runs[0] for group in groups]
    rows = {}
    for name in dict.fromkeys(name for run in firsts for name in run.settings):
        texts = [as_yaml(run.settings[name]) if name in run.settings else "(not known then)" for run in firsts]
        if name == "seed":
            texts = [", ".join(as_yaml(run.settings.get(name)) for run in group.runs) for group in groups]
        if name not in (*ASIDE, "model") and len(set(texts)) > 1:
            rows[name] = texts
    if not _have_same_data(groups):
        rows["data"] = [f"{run.settings.get('data_path', '')} ({run.fingerprint[:6]})" for run in firsts]
    return rows


def figure_rows(groups: Sequence[Group]) -> dict[str, list[str]]:
    """The figures, with a text for each group. The name says whether differences between groups lie within noise."""
    rows = {}
    for row in _rows([run.metrics for group in groups for run in group.runs]):
        estimates = _estimates(groups, row)
        known = [estimate for estimate in estimates if estimate]
        p = p_of_difference(known) if _have_same_data(groups) else math.nan
        mark = "" if math.isnan(p) else f"  {BEYOND}" if p < SIGNIFICANT else f"  {WITHIN}"
        rows[f"{row.name}{mark}"] = [
            _text(group, row, estimate) for group, estimate in zip(groups, estimates, strict=True)
        ]
    rows[f"told from held-out data (p < {SIGNIFICANT})"] = [_told(group) for group in groups]
    return rows


def _rows(metrics: Sequence[Metrics]) -> list[Row]:
    """The rows for runs with these `metrics`: losses first, then all figures that have a floor."""

    def unknown(_: Metrics) -> float:
        return math.nan

    rows = [
        Row("loss of a held-out point (nats)", lambda m: m["heldout_reconstruction"] + m["heldout_kl"], unknown, _two),
        Row("reconstruction", lambda m: m["heldout_reconstruction"], unknown, _two),
        Row("KL", lambda m: m["heldout_kl"], unknown, _two),
        Row("active latents", lambda m: m.get("active_units"), unknown, lambda value: f"{value:.3g}"),
    ]
    keys = dict.fromkeys(key for run in metrics for key, value in run.items() if _is_figure(value))
    for key in [*(key for key in GLOSSARY if key in keys), *(key for key in keys if key not in GLOSSARY)]:
        name, _, is_share = entry(key)
        text = _share if is_share else _four
        floors = [run[key]["floor"] for run in metrics if _is_figure(run.get(key))]
        # Of held-out points, it is another with each seed.
        real = " to ".join(dict.fromkeys((text(min(floors)), text(max(floors)))))
        rows.append(Row(f"{name} (real: {real})", _value_of(key), _error_of(key, is_share), text))
    return rows


def _is_figure(value: Any) -> bool:
    return isinstance(value, dict) and "value" in value and "floor" in value


def _value_of(key: str) -> Callable[[Metrics], float | None]:
    return lambda metrics: metrics[key]["value"] if _is_figure(metrics.get(key)) else None


def _error_of(key: str, is_share: bool) -> Callable[[Metrics], float]:
    """The standard error of the figure `key` of a run: its own, that of a share of so many points, or NaN."""

    def error(metrics: Metrics) -> float:
        figure = metrics[key]
        if "standard_error" in figure or not is_share:
            return float(figure.get("standard_error", math.nan))
        n = min(metrics.get("n_compared", MOST_COUNTED), metrics["n_generated"], MOST_COUNTED)
        # Agresti & Coull 1998: a share of 0 is not known exactly.
        share = (n * figure["value"] + 2) / (n + 4)
        return math.sqrt(share * (1 - share) / (n + 4))

    return error


def _estimates(groups: Sequence[Group], row: Row) -> list[Estimate | None]:
    """What the figure of each group is, and how far it may be off; None for a group without it.

    Several seeds are judged by their spread. If there are any, a single run is, too, by theirs: another seed would have
    changed it as much. Else a figure's own error is taken.
    """
    metrics = [[run.metrics for run in group.runs if row.value(run.metrics) is not None] for group in groups]
    values = [[float(row.value(run) or 0) for run in runs] for runs in metrics]
    freedom = sum(len(part) - 1 for part in values if len(part) > 1)
    spread = math.sqrt(sum(np.var(part) * len(part) for part in values if len(part) > 1) / freedom) if freedom else 0.0
    estimates: list[Estimate | None] = []
    for runs, part in zip(metrics, values, strict=True):
        if not part:
            estimates.append(None)
            continue
        own = Estimate(float(np.mean(part)), float(np.mean([row.error(run) for run in runs])) / math.sqrt(len(part)))
        by_seeds = of_seeds(part) if len(part) > 1 else Estimate(part[0], spread, freedom) if freedom else own
        # The spread of a few seeds may be too small by chance, but noise that is known of each run is there.
        estimates.append(own if own.error > by_seeds.error else by_seeds)
    return estimates


def _text(group: Group, row: Row, estimate: Estimate | None) -> str:
    """The figure of a group: with the standard deviation over seeds, or the error that the figure has itself."""
    if estimate is None:
        return ""
    values = [value for run in group.runs if (value := row.value(run.metrics)) is not None]
    if len(values) > 1:
        return f"{row.text(estimate.value)} ± {row.text(float(np.std(values, ddof=1)))}"
    error = row.error(group.runs[0].metrics)
    return row.text(estimate.value) if math.isnan(error) else f"{row.text(estimate.value)} ± {row.text(error)}"


def _told(group: Group) -> str:
    """Whether the tests found a difference between the points of a group and held-out ones."""
    found = [run.metrics["p"] < SIGNIFICANT for run in group.runs if run.metrics["p"] is not None]
    if len(found) < 2:
        return {(): "too few points", (True,): "yes", (False,): "no"}[tuple(found)]
    return f"{sum(found)} of {len(found)}"


def _have_same_data(groups: Sequence[Group]) -> bool:
    return len({run.fingerprint for group in groups for run in group.runs}) == 1


def _mean(histories: Sequence[History]) -> History:
    """The mean of each column, over the epochs that all have."""
    n = min(len(history["epoch"]) for history in histories)
    return {name: np.mean([history[name][:n] for history in histories], axis=0) for name in histories[0]}


def _letter(i: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("A") + i % 26)


def _two(value: float) -> str:
    return f"{value:.2f}"


def _four(value: float) -> str:
    return f"{value:.4f}"


def _share(value: float) -> str:
    return f"{value:.1%}"
