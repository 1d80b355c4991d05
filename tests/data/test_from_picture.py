from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from quick import REPOSITORY

from data.coordinates import PLACES
from data.from_picture import main, scatter
from data.points import read_points
from utils.program.errors import InputError


def halves() -> Image.Image:
    """Black above, dim red in the lower left, bright red in the lower right; twice as wide as high."""
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[25:, :50, 0], picture[25:, 50:, 0] = 60, 240
    return Image.fromarray(picture)


def test_places_that_differ_more_from_the_background_get_more_points_and_the_background_none():
    (rows, columns, _), background = scatter(halves(), n=400, size=100, seed=0)

    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 400
    assert background.startswith("#000000")
    assert rows.min() >= 24
    assert (columns >= 50).sum() > 3 * (columns < 50).sum()


def test_opacity_counts_where_there_is_any_transparency():
    picture = Image.new("RGBA", (40, 40), (10, 10, 10, 0))
    picture.paste((10, 10, 10, 255), (10, 10, 30, 30))

    (rows, columns, _), background = scatter(picture, n=300, size=40, seed=0)

    assert background == "what is transparent"
    assert min(rows.min(), columns.min()) >= 9
    assert max(rows.max(), columns.max()) <= 30


def test_inverted_the_points_are_on_the_background():
    (rows, columns, _), _ = scatter(halves(), n=400, size=100, seed=0, invert=True)

    assert rows.max() <= 25


def test_the_background_may_be_named(tmp_path: Path):
    (rows, columns, _), background = scatter(halves(), n=400, size=100, seed=0, background="#f00000")

    assert background == "#f00000, as you said"
    assert ((rows < 26) | (columns < 51)).all()


def test_a_picture_becomes_a_data_set_of_its_own_shape_and_colors(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    halves().save(tmp_path / "photo.png")

    main([str(tmp_path / "photo.png"), "--points", "300", "--size", "60", "--out", str(tmp_path / "set")])

    data = read_points(tmp_path / "set")
    assert len(data) == 300
    assert data.scaling.size[:2] == (30, 60)
    bright = data.points[data.points[:, 1] > 32]
    assert abs(bright[:, 2].float().mean() - 240) < 20
    assert bright[:, 3].float().mean() < 60
    assert f"python main.py data_path={tmp_path / 'set'}" in capsys.readouterr().out


def test_the_command_draws_the_committed_sample_set_again(tmp_path: Path):
    main(["--text", "π", "--out", str(tmp_path)])

    drawn, committed = read_points(tmp_path), read_points(REPOSITORY / "gen_ml_quiz_content")
    assert torch.equal(drawn.points[:, PLACES], committed.points[:, PLACES])
    # Another build of the JPEG encoder may round another way.
    assert (drawn.points - committed.points).abs().max() <= 3


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.png"], "there is no such picture"),
        (["--text", "A", "--points", "90000"], "covers only .* pixels; ask for fewer --points"),
        (["--text", " "], "--text must have something to draw"),
        (["--text", "A", "--points", "1"], "--points must be 2 or more"),
        (["--text", "A", "--size", "3"], "--size from 8"),
    ],
)
def test_an_impossible_data_set_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: list[str], complaint: str
):
    with pytest.raises(InputError, match=complaint):
        main([*arguments, "--out", str(tmp_path / "set")])
    assert not (tmp_path / "set").exists()


def test_a_picture_of_one_color_is_refused():
    with pytest.raises(InputError, match="only 0 pixels differ from the background"):
        scatter(Image.new("L", (50, 50), 20), n=10, size=50, seed=0)
