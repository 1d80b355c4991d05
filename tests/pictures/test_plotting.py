from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from utils.pictures.plotting import paint, save_compared, save_comparison, save_film, save_latent, save_loss_curves


@pytest.fixture
def some_points() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.column_stack([rng.integers(0, 30, 100), rng.integers(0, 50, 100), rng.integers(100, 256, (100, 3))])


def test_a_point_is_painted_at_its_row_and_column_in_its_color():
    picture = paint(np.array([[1, 4, 10, 20, 30]]), height=3, width=6)

    assert picture.size == (6, 3)
    assert picture.getpixel((4, 1)) == (10, 20, 30)
    assert np.asarray(picture).sum() == 60


def test_what_is_painted_reads_back_as_it_was(some_points: np.ndarray):
    points = some_points[np.unique(some_points[:, 0] * 50 + some_points[:, 1], return_index=True)[1]]

    picture = np.asarray(paint(points, 30, 50))

    assert np.array_equal(picture[points[:, 0], points[:, 1]], points[:, 2:])


def test_the_film_shows_data_beside_every_frame_and_rests_on_the_last(tmp_path: Path, some_points: np.ndarray):
    frames = [paint(some_points[:n], 60, 80) for n in (10, 50, 100)]

    save_film(tmp_path / "film.gif", frames[-1], frames, ["one", "two", "three"])

    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 3
        assert film.size == (80 + 8 + 80, 60 + 16)
        first = film.info["duration"]
        film.seek(2)
        assert film.info["duration"] > 10 * first
        shown, painted = np.asarray(film.convert("RGB"))[:60].astype(int), np.asarray(frames[-1]).astype(int)
    for half in (shown[:, :80], shown[:, 88:]):
        assert np.abs(half - painted).mean() < 3


def a_history(epochs: int, cycles: int = 1) -> dict[str, np.ndarray]:
    losses = ["train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl"]
    history = {name: np.linspace(0.0, 1.0, epochs) for name in losses}
    return history | {"epoch": np.arange(1, epochs + 1), "beta": np.arange(epochs) * cycles % epochs / epochs}


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_the_curves_of_runs_of_any_length_are_drawn(tmp_path: Path, epochs: int):
    save_loss_curves(tmp_path / "loss.png", "title", a_history(epochs))

    assert min(Image.open(tmp_path / "loss.png").size) > 600


def test_every_second_cycle_of_beta_is_shaded(tmp_path: Path):
    save_loss_curves(tmp_path / "loss.png", "title", a_history(40, cycles=4))

    picture = np.asarray(Image.open(tmp_path / "loss.png").convert("L"))
    # Along the axes' upper border, where no curve runs: gray, white, gray, white.
    band = [median > 250 for median in np.median(picture[395:405, 100:900], axis=0)]
    changes = sum(one != other for one, other in pairwise(band))
    assert changes >= 3


def test_models_are_compared_side_by_side(tmp_path: Path, some_points: np.ndarray):
    picture, figures = paint(some_points, 30, 50), {"AUC": "0.50"}
    names = ("vanilla", "attention")

    save_compared(
        tmp_path / "compare.png",
        picture,
        {name: a_history(9) for name in names},
        dict.fromkeys(names, picture),
        dict.fromkeys(names, figures),
    )

    assert min(Image.open(tmp_path / "compare.png").size) > 1000


@pytest.mark.parametrize("color", [None, 128])
def test_the_comparison_is_drawn_even_where_a_coordinate_has_no_spread(
    tmp_path: Path, some_points: np.ndarray, color: int | None
):
    if color is not None:
        some_points[:, 2:] = color

    save_comparison(tmp_path / "comparison.png", "title", some_points, some_points[:50], (30, 50))

    assert min(Image.open(tmp_path / "comparison.png").size) > 600


def test_the_comparison_shows_what_a_classifier_suspects(tmp_path: Path, some_points: np.ndarray):
    for name, scores in (("none", np.zeros(100)), ("all", np.full(100, 0.5))):
        save_comparison(tmp_path / f"{name}.png", "title", some_points, some_points, (30, 50), some_points, scores)

    none, everything = (
        np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB")).astype(int) for name in ("none", "all")
    )
    brown = (everything[..., 0] > everything[..., 2] + 50) & (everything[..., 0] < 140)
    assert brown.sum() > ((none[..., 0] > none[..., 2] + 50) & (none[..., 0] < 140)).sum() + 100


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("with_prior", [True, False])
def test_the_latent_map_is_drawn_with_and_without_a_prior(
    tmp_path: Path, some_points: np.ndarray, rows: int, with_prior: bool
):
    means, grid = np.random.default_rng(0).normal(size=(100, 2)), np.linspace(-2, 2, 20)
    prior = (grid, grid, np.exp(-(grid[:, None] ** 2) - grid**2)) if with_prior else None
    traversals = {latent: [some_points] * 5 for latent in range(rows)}

    path, steps = tmp_path / "latent.png", (-2, -1, 0, 1, 2)
    save_latent(path, "title", (0, 1), means, some_points[:, 2:], prior, traversals, steps, (30, 50))

    assert min(Image.open(tmp_path / "latent.png").size) > 500


def test_under_the_traversals_stand_their_steps(tmp_path: Path, some_points: np.ndarray):
    means, steps = np.random.default_rng(0).normal(size=(100, 2)), (-2, -1, 0, 1, 2)
    traversals = {latent: [some_points] * 5 for latent in range(4)}

    save_latent(tmp_path / "latent.png", "", (0, 1), means, some_points[:, 2:], None, traversals, steps, (50, 50))

    below = np.asarray(Image.open(tmp_path / "latent.png").convert("L"))[-20:, 700:] < 128
    assert (np.diff(np.flatnonzero(below.any(0))) > 50).sum() == len(steps) - 1
