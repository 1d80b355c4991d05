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
        (["--text", " "], "has nothing to draw"),
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


SIDE = 200
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
RING = (np.hypot(ROWS - 100, COLUMNS - 100) < 70) & (np.hypot(ROWS - 100, COLUMNS - 100) > 30)
LINES = (np.abs(np.hypot(ROWS - 100, COLUMNS - 100) - 70) < 1.5) | ((ROWS == COLUMNS) & RING)
NOISE = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 1)) * np.ones(3)


def drawn_on(ground: object, figure: object, mask: np.ndarray = RING) -> Image.Image:
    return Image.fromarray(np.where(mask[..., None], figure, ground * np.ones(3)).clip(0, 255).astype(np.uint8))


def sixteen_bits() -> Image.Image:
    return Image.fromarray(np.where(RING, 9000, 60_000).astype(np.uint16))


def with_alpha(opacity_of_ground: int) -> Image.Image:
    """The figure on nothing, or on white paper with four transparent corners."""
    picture = drawn_on(255, (10, 10, 10)).convert("RGBA")
    opacity = np.where(RING, 255, opacity_of_ground).astype(np.uint8)
    opacity[[0, 0, -1, -1], [0, -1, 0, -1]] = 0
    picture.putalpha(Image.fromarray(opacity))
    return picture


PICTURES = {
    "a black logo on white": drawn_on(255, 0),
    "line art": drawn_on(255, 30, LINES),
    "white on blue": drawn_on(np.array([20, 60, 180]), 255),
    "a screenshot without its ground": with_alpha(0),
    "a screenshot with transparent corners": with_alpha(255),
    "a scan with noise": drawn_on(225 + 15 * NOISE, 60 + 15 * NOISE),
    "gray on gray": drawn_on(200, 90),
    "a palette": drawn_on(np.array([0, 90, 40]), (250, 200, 0)).quantize(8),
    "16 bits": sixteen_bits(),
    "on a checkerboard": drawn_on(np.where((ROWS // 20 + COLUMNS // 20) % 2, 200, 255)[..., None], (180, 20, 20)),
    "bright on black": drawn_on(0, (250, 120, 30)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_points_are_on_the_figure_whatever_the_ground(tmp_path: Path, name: str):
    PICTURES[name].save(tmp_path / "picture.png")
    main([str(tmp_path / "picture.png"), "--points", "400", "--size", str(SIDE), "--out", str(tmp_path / "set")])

    rows, columns = read_points(tmp_path / "set").points[:, PLACES].T.numpy()
    figure = LINES if name == "line art" else RING
    near = figure | np.roll(figure, 1, 0) | np.roll(figure, -1, 0) | np.roll(figure, 1, 1) | np.roll(figure, -1, 1)
    assert near[rows, columns].mean() > 0.98


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_phones_picture_is_turned_upright(tmp_path: Path, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (160, 90), (220, 0, 0)).save(tmp_path / "phone.jpg", exif=exif)

    main(
        [str(tmp_path / "phone.jpg"), "--size", "80", "--points", "50", "--background", "black", "--out", str(tmp_path)]
    )

    assert read_points(tmp_path).scaling.shape == ((80, 45) if orientation in (6, 8) else (45, 80))


def test_a_data_set_is_not_replaced_unless_asked(tmp_path: Path):
    main(["--text", "A", "--points", "100", "--out", str(tmp_path)])
    before = read_points(tmp_path).fingerprint()

    with pytest.raises(InputError, match=r"holds a data set already .*; add --overwrite, or choose another --out"):
        main(["--text", "B", "--points", "100", "--out", str(tmp_path)])
    assert read_points(tmp_path).fingerprint() == before

    main(["--text", "B", "--points", "100", "--overwrite", "--out", str(tmp_path)])
    assert read_points(tmp_path).fingerprint() != before


def test_the_command_to_go_on_with_survives_a_space(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main(["--text", "A", "--points", "100", "--out", str(tmp_path / "my set")])

    assert capsys.readouterr().out.rstrip().endswith(f"python main.py 'data_path={tmp_path / 'my set'}'")


def test_a_character_that_the_first_font_lacks_comes_from_another(tmp_path: Path):
    main(["--text", "Ж", "--points", "100", "--out", str(tmp_path)])

    assert len(read_points(tmp_path)) == 100


def test_a_character_without_a_glyph_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"there is no glyph for '\\U0010fffd' .*--font"):
        main(["--text", "A\U0010fffd", "--out", str(tmp_path / "set")])
    (tmp_path / "font.ttf").write_text("no font")
    with pytest.raises(InputError, match=r"font\.ttf: cannot be read as a font"):
        main(["--text", "A", "--font", str(tmp_path / "font.ttf"), "--out", str(tmp_path / "set")])


def test_where_no_color_stands_out_it_says_what_it_assumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)).save(tmp_path / "noise.png")

    main([str(tmp_path / "noise.png"), "--size", "60", "--points", "100", "--out", str(tmp_path / "set")])

    said = capsys.readouterr().out
    assert "background: #000000, for lack of a color that stands out along its border" in said
    assert "use --background or --invert" in said
