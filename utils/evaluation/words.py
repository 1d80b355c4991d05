"""The figures of an evaluation in words: a verdict and a table."""

from utils.evaluation.figures import ENOUGH, SIGNIFICANT

# Two tests look for memorization; each of them is wrong once in 200 times.
MEMORIZED = 0.005


def verdict(figures: dict) -> str:
    """What the figures of `evaluate` come to, in one sentence."""
    return f"{_likeness(figures)}{_memorization(figures)}"


def table(figures: dict) -> str:
    """The figures of `evaluate` in a few lines of 80 characters at most."""
    name, worst = max(figures["ks"].items(), key=lambda item: item[1]["value"])
    rows = {
        "C2ST: AUC of a classifier, generated or held-out": "c2st_auc",
        "energy distance": "energy_distance",
        "density of places: trends": "density_trends",
        "density of places: regions": "density_regions",
        "density of places: details": "density_details",
        "share of points off the data's support": "off_support",
        "share of colors not found near their place": "off_colors",
        "share whose closest record is a training point": "closest_is_training",
        "exact copies of training points": "copies",
    }
    lines = [f"{'':50}{'generated':>10}{'real':>9}{'p':>8}"]
    for text, key in rows.items():
        if key in figures:
            lines.append(_row(text, figures[key]))
    lines.insert(-1, _row(f"largest Kolmogorov-Smirnov distance ({name})", worst))
    if figures["p"] is not None:
        auc = figures["c2st_auc"]["detectable"]
        lines.append(f"an AUC of {auc:.2f} would have been noticed 4 times in 5")
        compared, held_out = figures["n_compared"], min(figures["n_heldout"], ENOUGH)
        lines.append(f"compared: {compared:,} generated and {held_out:,} held-out points")
    return "\n".join(lines)


def is_memorized(figures: dict) -> bool:
    """Whether one of the tests for memorization found something."""
    return bool(_memorization_found(figures))


def _likeness(figures: dict) -> str:
    """Whether the points are those of the data, and what would have been noticed."""
    if figures["p"] is None:
        if "n_compared" in figures:
            counts = f"{figures['n_compared']:,} of {figures['n_generated']:,}"
            return f"no verdict on the distribution: only {counts} generated points can be compared with held-out data"
        counts = f"{figures['n_generated']:,} generated, {figures['n_heldout']:,} held out"
        return f"too few points for a verdict ({counts})"
    auc, off, colors = (figures[name] for name in ("c2st_auc", "off_support", "off_colors"))
    evidence = f"AUC {auc['value']:.2f} ± {auc['standard_error']:.2f}, p = {figures['p']:.2g}"
    if figures["p"] >= SIGNIFICANT:
        noticed = f"an AUC of {auc['detectable']:.2f} would have been noticed"
        return f"indistinguishable from held-out data ({evidence}; {noticed})"
    tests = {name: figure for name, figure in figures.items() if isinstance(figure, dict) and "p" in figure}
    significant = {name for name, figure in tests.items() if figure["p"] < SIGNIFICANT}
    scales = [scale for scale in ("trends", "regions", "details") if f"density_{scale}" in significant]
    reasons = {
        "c2st_auc": "a classifier tells them apart",
        "energy_distance": "the energy distance is too large",
        "density": f"the density of places differs ({', '.join(scales)})",
        "off_support": f"{off['value']:.1%} of the points lie off the data's support (real: {off['floor']:.1%})",
        "off_colors": f"{colors['value']:.1%} of colors are not found near their place (real: {colors['floor']:.1%})",
    }
    found = [reason for name, reason in reasons.items() if name in significant or (name == "density" and scales)]
    return f"not the distribution of held-out data ({evidence}): {', '.join(found)}"


def _memorization(figures: dict) -> str:
    found = _memorization_found(figures)
    if found:
        return f"; memorized: {', '.join(found)}"
    return ", no sign of memorization" if "closest_is_training" in figures else ""


def _memorization_found(figures: dict) -> list[str]:
    """What the tests for memorization found, in words."""
    reasons = {
        "copies": "{value:.1%} of the points are copies of training points, {floor:.1%} by chance",
        "closest_is_training": "{value:.1%} of the points are closest to a training point, {floor:.1%} by chance",
    }
    return [
        reason.format(**figures[name])
        for name, reason in reasons.items()
        if figures.get(name, {}).get("p", 1) < MEMORIZED
    ]


def _row(text: str, figure: dict) -> str:
    p = f"{figure['p']:8.3f}" if "p" in figure else ""
    return f"{text:50}{figure['value']:10.4f}{figure['floor']:9.4f}{p}"
