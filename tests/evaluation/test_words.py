"""What figures are called in words: one sentence, and a table."""

import pytest

from utils.evaluation.words import is_memorized, table, verdict


def figure(value: float, floor: float, p: float = 0.5) -> dict:
    return {"value": value, "floor": floor, "p": p}


@pytest.fixture
def figures() -> dict:
    """The figures of 5,000 points that are like the data."""
    return {
        "n_generated": 5000,
        "n_heldout": 500,
        "n_compared": 4000,
        "p": 0.5,
        "ks": {name: {"value": k / 100, "floor": 0.04} for k, name in enumerate("xyrgb", start=1)},
        "copies": figure(0.031, 0.03),
        "closest_is_training": figure(0.905, 0.9),
        "c2st_auc": figure(0.51, 0.5) | {"standard_error": 0.021, "detectable": 0.574},
        "energy_distance": figure(0.009, 0.008),
        "density_trends": figure(1.2, 1),
        "density_regions": figure(1.1, 1),
        "density_details": figure(0.9, 1),
        "off_support": figure(0.013, 0.01),
        "off_colors": figure(0.016, 0.01),
    }


def test_points_like_the_data_are_called_indistinguishable_with_what_would_have_been_noticed(figures: dict):
    assert verdict(figures) == (
        "indistinguishable from held-out data (AUC 0.51 ± 0.02, p = 0.5; an AUC of 0.57 would have been noticed), "
        "no sign of memorization"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("c2st_auc", "a classifier tells them apart"),
        ("energy_distance", "the energy distance is too large"),
        ("density_trends", "the density of places differs (trends)"),
        ("density_regions", "the density of places differs (regions)"),
        ("density_details", "the density of places differs (details)"),
        ("off_support", "1.3% of the points lie off the data's support (real: 1.0%)"),
        ("off_colors", "1.6% of colors are not found near their place (real: 1.0%)"),
    ],
)
def test_points_unlike_the_data_are_refused_with_the_reason(figures: dict, name: str, reason: str):
    figures["p"] = figures[name]["p"] = 0.012

    assert verdict(figures) == (
        f"not the distribution of held-out data (AUC 0.51 ± 0.02, p = 0.012): {reason}, no sign of memorization"
    )


def test_the_scales_of_a_wrong_density_are_one_reason(figures: dict):
    figures["p"] = figures["density_trends"]["p"] = figures["density_details"]["p"] = 0.012

    assert ": the density of places differs (trends, details), no sign" in verdict(figures)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("copies", "3.1% of the points are copies of training points, 3.0% by chance"),
        ("closest_is_training", "90.5% of the points are closest to a training point, 90.0% by chance"),
    ],
)
def test_memorization_is_named(figures: dict, name: str, reason: str):
    assert not is_memorized(figures)

    figures[name]["p"] = 0.004

    assert is_memorized(figures)
    assert verdict(figures).endswith(f"would have been noticed); memorized: {reason}")


def test_copies_as_many_as_chance_gives_are_no_memorization(figures: dict):
    figures["copies"] = figure(0.5, 0.5, 0.6)

    assert not is_memorized(figures)


def test_too_few_points_get_no_verdict():
    figures = {"n_generated": 10, "n_heldout": 400, "copies": {"value": 0, "floor": 0}, "p": None}

    assert verdict(figures) == "too few points for a verdict (10 generated, 400 held out)"


def test_points_on_the_data_s_own_pixels_get_no_verdict_but_that_they_are_memorized(figures: dict):
    figures |= {"p": None, "n_compared": 3}
    figures["copies"] = figure(0.99, 0.0, 0.004)

    assert verdict(figures) == (
        "no verdict on the distribution: only 3 of 5,000 generated points can be compared with held-out data; "
        "memorized: 99.0% of the points are copies of training points, 0.0% by chance"
    )


def test_the_table_has_a_row_for_each_figure_and_fits_the_terminal(figures: dict):
    lines = table(figures).splitlines()

    assert [line.split("  ")[0] for line in lines[1:]] == [
        "C2ST: AUC of a classifier, generated or held-out",
        "energy distance",
        "density of places: trends",
        "density of places: regions",
        "density of places: details",
        "share of points off the data's support",
        "share of colors not found near their place",
        "share whose closest record is a training point",
        "largest Kolmogorov-Smirnov distance (b)",
        "exact copies of training points",
        "an AUC of 0.57 would have been noticed 4 times in 5",
        "compared: 4,000 generated and 500 held-out points",
    ]
    assert max(map(len, lines)) <= 80


def test_the_table_leaves_out_what_is_not_known(figures: dict):
    known = {name: figures[name] for name in ("n_generated", "n_heldout", "ks", "copies")}

    assert len(table(known | {"p": None}).splitlines()) == 3
