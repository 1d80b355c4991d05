"""The evaluation in words."""

from utils.evaluation.figures import MEMORISED, MOST_GENERATED, SIGNIFICANT


def verdict(figures: dict) -> str:
    """What the figures of `evaluate` come to, in one sentence."""
    copied, floor = figures["copies"]["value"], figures["copies"]["floor"]
    if figures["p"] is None:
        sentence = f"too few points for a verdict ({figures['n_generated']} generated, {figures['n_heldout']} held out)"
        memorised = False
    else:
        auc, off, closer = (figures[name] for name in ("c2st_auc", "off_support", "closer_to_train"))
        evidence = f"(AUC {auc['value']:.2f} ± {auc['standard_error']:.2f}, p = {figures['p']:.2g})"
        if figures["p"] >= SIGNIFICANT:
            sentence = f"indistinguishable from held-out data {evidence}"
        else:
            reasons = {
                "a classifier tells them apart": auc["p"],
                "they lie too far apart on the whole": figures["energy_distance"]["p"],
                f"{off['value']:.1%} of the points lie where no data are (1% would be honest)": off["p"],
            }
            found = [reason for reason, p in reasons.items() if len(reasons) * p < SIGNIFICANT]
            sentence = f"not the distribution of held-out data {evidence}: {', '.join(found)}"
        memorised = closer["p"] < MEMORISED
    if copied > max(0.01, 2 * floor):
        return f"{sentence}; memorised: {copied:.1%} of the points are copies of training points"
    if memorised:
        return (
            f"{sentence}; memorised: {closer['value']:.1%} lie closer to training points than to as many held-out ones"
        )
    return f"{sentence}, no sign of memorising"


def table(figures: dict) -> str:
    """The figures of `evaluate` in a few lines."""
    name, worst = max(figures["ks"].items(), key=lambda item: item[1]["value"])
    rows = {
        "C2ST: AUC of a classifier, generated or held-out": figures.get("c2st_auc"),
        "energy distance": figures.get("energy_distance"),
        "share of places where no data are": figures.get("off_support"),
        f"largest Kolmogorov-Smirnov distance ({name})": worst,
        "share closer to training than to held-out points": figures.get("closer_to_train"),
        "exact copies of training points": figures["copies"],
    }
    lines = [f"{'':50}{'generated':>10}{'real':>9}{'p':>8}"]
    for text, figure in rows.items():
        if figure:
            p = f"{figure['p']:8.3f}" if "p" in figure else ""
            lines.append(f"{text:50}{figure['value']:10.4f}{figure['floor']:9.4f}{p}".rstrip())
    if max(figures["n_generated"], figures["n_heldout"]) > MOST_GENERATED:
        judged = (f"{min(n, MOST_GENERATED):,} of {n:,}" for n in (figures["n_generated"], figures["n_heldout"]))
        lines.append("judged by {} generated and {} held-out points".format(*judged))
    return "\n".join(lines)


def summary_rows(metrics: dict) -> dict[str, str]:
    """What metrics.json of a run comes to, in a few rows of a name and a short text."""
    reconstruction, kl = metrics["heldout_reconstruction"], metrics["heldout_kl"]
    rows = {
        "a held-out point costs (nats)": f"{reconstruction + kl:.2f} = {reconstruction:.2f} + KL {kl:.2f}",
        "active latents": str(metrics["active_units"]),
    }
    if metrics["p"] is not None:
        auc, off, closer = (metrics[name] for name in ("c2st_auc", "off_support", "closer_to_train"))
        rows |= {
            "AUC, generated or held-out (real: 0.50)": f"{auc['value']:.2f} ± {auc['standard_error']:.2f}",
            "p of all tests together": f"{metrics['p']:.2g}",
            "places where no data are (real: 1.0%)": f"{off['value']:.1%}",
            "closer to training points (real: 0.50)": f"{closer['value']:.3f}, p = {closer['p']:.2g}",
        }
    return rows | {"copies of training points": f"{metrics['copies']['value']:.1%}"}
