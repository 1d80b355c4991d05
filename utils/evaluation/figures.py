"""Evidence: figures that say whether generated points come from the distribution of the data, each beside its floor.

Points are integers `(n, 5)`: x, y, r, g, b. A floor is what the same figure comes to for real points in place of the
generated ones. docs/evaluation.md has each figure's definition, its source, and how well it notices what is wrong.

    python -m utils.evaluation.figures --data DIR SAMPLES.npy    judges any such points, wherever they come from
"""

from typing import NamedTuple

import numpy as np
import torch

from utils.evaluation.two_sample import (
    ClassifierTest,
    classifier_test,
    energy_test,
    memorising_test,
    nearest,
    off_support_share,
    off_support_test,
    scaled,
    spread,
    thinned,
)

NAMES = ("x", "y", "r", "g", "b")
# Larger sets are thinned out, evenly, to this many points.
MOST_GENERATED, MOST_TRAINING, MOST_FOR_COPIES = 5000, 50_000, 500_000
# Below, no test can tell anything.
LEAST = 20
SIGNIFICANT, MEMORISED = 0.05, 0.01


class Evaluation(NamedTuple):
    """The `figures`, by name, as metrics.json has them, and the classifier's test (None where points are too few)."""

    figures: dict
    classifier: ClassifierTest | None


def evaluate(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Evaluation:
    """All figures of the `generated` points: `value` beside `floor`, and `p` where a test belongs to it."""
    copied, floor = copies(thinned(generated, MOST_FOR_COPIES), train), copies(held_out, train)
    thin, real, fresh = (
        thinned(generated, MOST_GENERATED),
        thinned(train, MOST_TRAINING),
        thinned(held_out, MOST_GENERATED),
    )
    marginals, floors = marginal_distances(thin, fresh), marginal_distances(real, fresh)
    figures = {
        "n_generated": len(generated),
        "n_heldout": len(held_out),
        "ks": {name: {"value": marginals[name], "floor": floors[name]} for name in NAMES},
        "copies": {"value": copied, "floor": floor},
        "p": None,
    }
    if min(map(len, (generated, train, held_out))) < LEAST:
        return Evaluation(figures, None)

    scale = spread(real)
    classifier = classifier_test(thin, fresh, real)
    energy, off_support = energy_test(thin, fresh, scale), off_support_test(thin, fresh, real)
    energy_floor = energy_test(thinned(train, len(fresh)), fresh, scale)
    memorising = memorising_test(thin, fresh, real, scale)
    tests = (classifier.test, energy, off_support)
    figures |= {
        # Three tests are three chances to reject: Bonferroni's correction.
        "p": min(1.0, len(tests) * min(test.p for test in tests)),
        "c2st_auc": {
            "value": classifier.test.value,
            "floor": 0.5,
            "standard_error": classifier.test.null_std,
            "p": classifier.test.p,
        },
        "energy_distance": {"value": energy.value, "floor": energy_floor.value, "p": energy.p},
        "off_support": {"value": off_support_share(thin, fresh, real), "floor": 0.01, "p": off_support.p},
        "closer_to_train": {"value": closer_to_train(thin, real, fresh, scale), "floor": 0.5, "p": memorising.p},
    }
    return Evaluation(figures, classifier)


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


def in_words(metrics: dict) -> dict[str, str]:
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


def marginal_distances(points: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Kolmogorov-Smirnov distance of each coordinate: the largest gap between the cumulative shares, in [0, 1]."""
    distances = {}
    for name, ours, theirs in zip(NAMES, points.T, reference.T, strict=True):
        values = np.union1d(ours, theirs)
        shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (ours, theirs)]
        distances[name] = float(np.abs(shares[0] - shares[1]).max())
    return distances


def closer_to_train(points: np.ndarray, train: np.ndarray, held_out: np.ndarray, scale: np.ndarray) -> float:
    """Share of `points` that lie closer to training points than to as many held-out points: 0.5 is honest, 1 a copy.

    The mean over all disjoint parts of the training set that are as large as the held-out set; a tie counts half. The
    distance to the closest record (DCR): Platzer & Reutterer 2021 (arXiv 2104.00635).
    """
    size = min(len(train), len(held_out))
    ours, reference = scaled(points, scale), scaled(held_out[:size], scale)
    to_held_out = nearest(ours, reference, 1)[0]
    shares = []
    for start in range(0, len(train) - size + 1, size):
        to_train = nearest(ours, scaled(train[start : start + size], scale), 1)[0]
        shares.append((to_train < to_held_out).double().mean() + 0.5 * (to_train == to_held_out).double().mean())
    return torch.stack(shares).mean().item()


def copies(points: np.ndarray, train: np.ndarray) -> float:
    """Share of `points` that equal a training point in all five coordinates."""
    # A point by one number: a random linear map modulo 2^64, under which two points meet by chance once in 2^64.
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, 5) | 1
    ours, known = (sample.astype(np.int64) @ weights for sample in (points, train))
    return float(np.isin(ours, known).mean())


def active_units(means: np.ndarray, threshold: float = 0.01) -> int:
    """How many latents carry something: their posterior means `(n, latent_dim)` vary by more than `threshold`.

    Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), section 5.2.
    """
    return int((means.var(0) > threshold).sum())


def main(arguments: list[str]) -> None:
    """Judge the points of a file. Raises InputError where they or the data cannot be used."""
    import argparse

    from data.points import read_points
    from utils.program.errors import InputError
    from utils.settings.config import Config

    parser = argparse.ArgumentParser(prog="python -m utils.evaluation.figures", description=main.__doc__.partition(".")[0])
    parser.add_argument("--data", metavar="DIR", default=Config.data_path, help="folder of the data")
    parser.add_argument("--holdout", type=float, default=Config.holdout, help="share of the data held out")
    parser.add_argument("--seed", type=int, default=Config.seed, help="the split's seed; that of the generator's run")
    parser.add_argument("samples", metavar="SAMPLES.npy", help="integers (n, 5): x, y, r, g, b")
    options = parser.parse_args(arguments)
    settings = Config(holdout=options.holdout, seed=options.seed)
    data = read_points(options.data)
    try:
        samples = np.load(options.samples, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{options.samples}: cannot be read as a NumPy array ({error})") from None
    if samples.ndim != 2 or samples.shape[1] != 5 or len(samples) < 2 or samples.dtype.kind not in "iuf":
        raise InputError(f"{options.samples}: must hold numbers (n, 5), but is {samples.dtype} {samples.shape}")
    if not np.isfinite(samples).all():
        raise InputError(f"{options.samples}: holds numbers that are not finite")
    train, held_out = (part.points.numpy() for part in data.split(settings.holdout, settings.seed))
    figures = evaluate(samples.round().astype(np.int64), train, held_out).figures
    print(table(figures))
    print(f"verdict: {verdict(figures)}")


if __name__ == "__main__":
    import sys

    from utils.program.errors import run_program

    run_program(main, sys.argv[1:])
