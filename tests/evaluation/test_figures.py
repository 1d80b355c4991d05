import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worlds import world

from utils.evaluation.__main__ import main
from utils.evaluation.figures import (
    closer_to_train,
    copies,
    evaluate,
    marginal_distances,
)
from utils.evaluation.likelihood import active_units
from utils.evaluation.words import table, verdict
from utils.program.errors import InputError

ONES = np.ones(5)


def cloud(rng: np.random.Generator, n: int = 1000, shift: float = 0) -> np.ndarray:
    return rng.normal(100 + shift, 20, (n, 5)).round().astype(int)


@pytest.fixture(scope="module")
def sets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training points, held-out points and others, of one world."""
    points = np.random.default_rng(0).permutation(world(size=200, n=2400))
    return points[:1600], points[1600:2000], points[2000:]


def test_the_ks_distance_is_the_largest_gap_of_the_cumulative_shares():
    points, reference = np.array([[1], [2], [3], [4]]).repeat(5, 1), np.array([[3], [4], [5], [6]]).repeat(5, 1)
    points[:, 4] += 2

    assert marginal_distances(points, reference) == {"x": 0.5, "y": 0.5, "r": 0.5, "g": 0.5, "b": 0.0}


def test_closer_to_train_tells_a_copy_from_fresh_points(rng: np.random.Generator):
    train, held_out, fresh = cloud(rng), cloud(rng, 500), cloud(rng)

    assert closer_to_train(fresh, train, held_out, ONES) == pytest.approx(0.5, abs=0.05)
    assert closer_to_train(train[:500], train[:500], held_out, ONES) > 0.99


def test_copies_counts_points_that_are_in_the_training_set(rng: np.random.Generator):
    train = cloud(rng)

    assert copies(np.vstack([train[:10], train[:30] + 500]), train) == 0.25


def test_an_active_unit_is_a_latent_whose_mean_varies(rng: np.random.Generator):
    assert active_units(rng.normal(0, [1, 0.05, 0.5], (1000, 3))) == 2


def test_every_figure_stands_beside_its_floor(sets: tuple):
    figures = evaluate(sets[2], *sets[:2]).figures

    for figure in (*figures.pop("ks").values(), *(figure for figure in figures.values() if isinstance(figure, dict))):
        assert {"value", "floor"} <= set(figure)
    assert {"c2st_auc", "energy_distance", "off_support", "closer_to_train", "copies"} <= set(figures)


def test_real_points_are_found_to_be_real(sets: tuple):
    figures = evaluate(sets[2], *sets[:2]).figures

    assert verdict(figures).startswith("indistinguishable from held-out data (AUC 0.5")
    assert verdict(figures).endswith("no sign of memorising")


def test_the_verdict_says_what_is_wrong(sets: tuple, rng: np.random.Generator):
    train, held_out, others = sets
    shuffled = np.column_stack([others[:, :2], rng.permutation(others[:, 2:])])
    outside = np.vstack([others, [[0, 0, *others[0, 2:]]] * 60])

    assert "a classifier tells them apart" in verdict(evaluate(shuffled, train, held_out).figures)
    assert "% of the points lie where no data are" in verdict(evaluate(outside, train, held_out).figures)
    assert "memorised: 100.0% of the points are copies" in verdict(evaluate(train, train, held_out).figures)
    near = train + rng.integers(-1, 2, train.shape)
    assert "memorised: 6" in verdict(evaluate(near, train, held_out).figures)


def test_the_table_has_a_line_for_each_figure(sets: tuple):
    lines = table(evaluate(sets[2], *sets[:2]).figures).splitlines()

    assert len(lines) == 7
    assert max(map(len, lines)) <= 80


def test_too_few_points_get_no_verdict(sets: tuple):
    evaluation = evaluate(sets[2][:10], *sets[:2])

    assert evaluation.classifier is None
    assert verdict(evaluation.figures).startswith("too few points for a verdict (10 generated, 400 held out)")
    assert len(table(evaluation.figures).splitlines()) == 3


def test_coordinates_without_spread_are_no_trouble(sets: tuple):
    train, held_out, others = (np.column_stack([points[:, :2], np.full((len(points), 3), 9)]) for points in sets)

    figures = evaluate(others, train, held_out).figures

    assert figures["ks"]["r"]["value"] == 0
    assert figures["p"] > 0.05


def test_any_file_of_points_can_be_judged(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    np.save(tmp_path / "samples.npy", world(size=60, n=300, seed=1).astype(np.float32))

    main(["--data", str(folder), "--holdout", "0.3", str(tmp_path / "samples.npy")])

    assert "C2ST" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (None, "cannot be read"),
        (np.zeros((5, 4)), r"must hold numbers \(n, 5\), but is float64 \(5, 4\)"),
        (np.zeros((1, 5)), r"but is float64 \(1, 5\)"),
        (np.full((9, 5), np.nan), "not finite"),
        (np.full((9, 5), "a"), "must hold numbers"),
    ],
)
def test_files_that_hold_no_points_are_refused(
    folder: Path, tmp_path: Path, samples: np.ndarray | None, complaint: str
):
    if samples is not None:
        np.save(tmp_path / "samples.npy", samples)

    with pytest.raises(InputError, match=complaint):
        main(["--data", str(folder), str(tmp_path / "samples.npy")])


def test_a_mistake_in_what_is_to_be_judged_costs_one_line(tmp_path: Path):
    command = [sys.executable, "-m", "utils.evaluation", "--data", str(tmp_path), "none.npy"]
    repository = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("error: ")
