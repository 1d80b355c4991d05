from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from quick import REPOSITORY

from data.coordinates import PLACES
from data.from_picture import main
from data.points import ColoredPoints, read_points
from utils.system.errors import InputError

SIDE = 200
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
RING = (np.hypot(ROWS - 100, COLUMNS - 100) < 70) & (np.hypot(ROWS - 100, COLUMNS - 100) > 30)
LINES = (np.abs(np.hypot(ROWS - 100, COLUMNS - 100) - 70) < 1.5) | ((ROWS == COLUMNS) & RING)
NOISE = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 1)) * np.ones(3)


def made(folder: Path, picture: Image.Image | str, *options: str) -> ColoredPoints:
    """The data set that the command makes of a picture or a text."""
    source = ["--text", picture] if isinstance(picture, str) else [str(folder / "picture.png")]
    if not isinstance(picture, str):
        picture.save(folder / "picture.png")
    main([*source, "--out", str(folder / "set"), *options])
    return read_points(folder / "set")


def drawn_on(ground: object, figure: object, mask: np.ndarray = RING) -> Image.Image:
    return Image.fromarray(np.where(mask[..., None], figure, ground * np.ones(3)).clip(0, 255).astype(np.uint8))


def with_alpha(opacity_of_ground: int) -> Image.Image:
    """The figure on nothing, or on white paper with four transparent corners."""
    picture = drawn_on(255, (10, 10, 10)).convert("RGBA")
    opacity = np.where(RING, 255, opacity_of_ground).astype(np.uint8)
    opacity[[0, 0, -1, -1], [0, -1, 0, -1]] = 0
    picture.putalpha(Image.fromarray(opacity))
    return picture


# Black but for its lower third: dim red on the left, bright red on the right; twice as wide as high.
HALVES = drawn_on(0, np.where(np.arange(100)[:, None] < 50, (60, 0, 0), (240, 0, 0)), np.mgrid[:50, :100][0] >= 33)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ([], lambda rows, columns: rows >= 32),
        (["--invert"], lambda rows, columns: rows <= 33),
        (["--background", "#f00000"], lambda rows, columns: (rows < 34) | (columns < 51)),
        (["--background", "none"], lambda rows, columns: rows >= 0),
    ],
)
def test_points_are_where_the_picture_differs_from_its_background_or_from_the_one_that_is_named(
    tmp_path: Path, options: list[str], where: Callable[[np.ndarray, np.ndarray], np.ndarray]
):
    data = made(tmp_path, HALVES, "--points", "400", "--size", "100", *options)
    rows, columns = data.points[:, PLACES].T.numpy()

    assert data.scaling.shape == (50, 100)
    assert len({*zip(rows, columns, strict=True)}) == 400
    assert where(rows, columns).all()
    assert np.ptp(columns) > 90
    if options == ["--invert"]:
        # The points have the background's color, so what is around them has another one.
        assert data.background == (255, 255, 255)
    if not options:
        # Places that differ more get more points.
        assert (columns >= 50).sum() > 3 * (columns < 50).sum()
        assert data.points[columns > 53, 2].float().mean() == pytest.approx(240, abs=20)


def test_the_command_draws_the_committed_sample_set_again(tmp_path: Path):
    drawn, committed = made(tmp_path, "π"), read_points(REPOSITORY / "gen_ml_quiz_content")

    assert drawn.scaling.shape == (300, 300)
    assert len(drawn.points[:, PLACES].unique(dim=0)) == 5000
    assert torch.equal(drawn.points[:, PLACES], committed.points[:, PLACES])
    # Another build of the JPEG encoder may round another way.
    assert (drawn.points - committed.points).abs().max() <= 3


def test_a_figure_with_too_little_room_is_made_larger_or_gets_fewer_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    stroke = (np.abs(ROWS - 100) < 3) & (np.abs(COLUMNS - 100) < 90)
    banner = drawn_on(255, 0, stroke).crop((0, 90, SIDE, 110))

    assert len(made(tmp_path, banner)) == 5000
    assert "at size 472, the figure has room for 5,512 points; to change that, use --size or" in capsys.readouterr().out

    few = len(made(tmp_path, banner, "--size", "100", "--overwrite"))
    assert 100 < few < 1000
    assert f"at size 100, the figure has room for {few} points" in capsys.readouterr().out

    with pytest.raises(InputError, match=f"covers only {few} pixels; ask for --points {few}, or for a larger --size$"):
        made(tmp_path, banner, "--size", "100", "--points", "2000", "--overwrite")


def test_texts_find_room_and_a_font_and_the_command_to_go_on_with_survives_a_space(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for text in ("Hello World", "Ж"):
        main(["--text", text, "--out", str(tmp_path / "my set"), "--overwrite"])

        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith(f"{tmp_path / 'my set'}: 5,000 points; now: ")
        assert last.endswith(f"main.py 'data_path={tmp_path / 'my set'}'")


def test_a_photo_has_points_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    spots = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)).resize((90, 60))
    sky_and_meadow = np.where(ROWS[..., None] < 110, (120, 160, 230), (90, 130, 60))
    for photo in (spots, drawn_on(sky_and_meadow + 8 * NOISE, 0, np.zeros((SIDE, SIDE), bool))):
        rows, columns = made(tmp_path, photo, "--overwrite").points[:, PLACES].T.numpy()

        assert "none, as in a photo: points are everywhere; if that is wrong, use --back" in capsys.readouterr().out
        assert np.histogram2d(rows, columns, 4)[0].min() > 200


@pytest.mark.parametrize(
    ("picture", "options", "complaint"),
    [
        ("A", ["--points", "1"], "--points must be from 2 to 100000000, not 1"),
        ("A", ["--size", "3"], "--size must be from 8 to 10000, not 3"),
        (" ", [], "has nothing to draw"),
        ("A\U0010fffd", [], r"there is no glyph for '\\U0010fffd' .*--font"),
        ("A", ["--font", str(Path(__file__))], r"\.py: cannot be read as a font: .*, or name a \.ttf"),
        (Image.new("L", (50, 50), 20), [], "covers only 0 pixels, because nothing else differs"),
        (HALVES, ["--background", "nocolor"], "argument --background: invalid color value: 'nocolor'"),
    ],
)
def test_an_impossible_data_set_is_refused_before_anything_is_written(
    tmp_path: Path, picture: Image.Image | str, options: list[str], complaint: str
):
    with pytest.raises(InputError, match=complaint):
        made(tmp_path, picture, *options)
    assert not (tmp_path / "set").exists()


PICTURES = {
    "a black logo on white": drawn_on(255, 0),
    "line art": drawn_on(255, 30, LINES),
    "white on blue": drawn_on(np.array([20, 60, 180]), 255),
    "a screenshot without its ground": with_alpha(0),
    "a screenshot with transparent corners": with_alpha(255),
    "a scan with noise": drawn_on(225 + 15 * NOISE, 60 + 15 * NOISE),
    "gray on gray": drawn_on(200, 90),
    "a palette": drawn_on(np.array([0, 90, 40]), (250, 200, 0)).quantize(8),
    "16 bits": Image.fromarray(np.where(RING, 9000, 60_000).astype(np.uint16)),
    "12 bits in 16": Image.fromarray(np.where(RING, 600, 4000).astype(np.uint16)),
    "on a checkerboard": drawn_on(np.where((ROWS // 20 + COLUMNS // 20) % 2, 200, 255)[..., None], (180, 20, 20)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_points_are_on_the_figure_whatever_the_ground(tmp_path: Path, name: str):
    rows, columns = made(tmp_path, PICTURES[name], "--points", "400", "--size", str(SIDE)).points[:, PLACES].T.numpy()

    figure = LINES if name == "line art" else RING
    near = figure | np.roll(figure, 1, 0) | np.roll(figure, -1, 0) | np.roll(figure, 1, 1) | np.roll(figure, -1, 1)
    assert near[rows, columns].mean() > 0.98


def test_a_data_set_is_not_replaced_unless_asked(tmp_path: Path):
    before = made(tmp_path, "A", "--points", "100").fingerprint()

    with pytest.raises(InputError, match=r"holds a data set already .*; add --overwrite, or choose another --out"):
        made(tmp_path, "B", "--points", "100")
    assert read_points(tmp_path / "set").fingerprint() == before
    assert made(tmp_path, "B", "--points", "100", "--overwrite").fingerprint() != before
