import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from quick import REPOSITORY

from data.coordinates import COLORS, PLACES
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


STROKE = drawn_on(255, 0, (np.abs(ROWS - 100) < 3) & (np.abs(COLUMNS - 100) < 90)).crop((0, 90, SIDE, 110))


@pytest.mark.parametrize(
    ("picture", "options", "n", "line"),
    [
        (drawn_on(255, 0), [], 5000, ""),
        (STROKE, [], 5000, "at size .*, 5,000 points take .*%"),
        (STROKE, ["--points", "2000", "--size", "600"], 2000, "take 2.%"),
        (STROKE, ["--points", "2000", "--size", "300"], 2000, "take 8.% .* too few for a verdict .*--points 8"),
        (drawn_on(255, 0, ROWS >= 0), ["--background", "none"], 15_000, "15,000 points take 17% .*5,000 would take 6%"),
        (drawn_on(255, 0, ROWS >= 0), ["--background", "none", "--points", "3000"], 3000, "take 3%"),
    ],
)
def test_points_leave_room_for_those_that_are_generated_and_show_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], picture: Image.Image, options: list[str], n: int, line: str
):
    data = made(tmp_path, picture, *options)

    assert len(data) == n
    said = capsys.readouterr().out.splitlines()
    assert re.search(line, said[0])
    assert len(said) == 2 + bool(line)
    if "--size" not in options:
        assert len(made(tmp_path, picture, *options, "--points", str(3 * n), "--size", "2000", "--overwrite")) == 3 * n


def test_fewer_points_are_taken_of_a_figure_without_room_and_no_more_than_it_has(tmp_path: Path):
    few = len(made(tmp_path, STROKE, "--size", "100"))

    assert 50 < few < 200
    with pytest.raises(InputError, match=f"covers only .* pixels; ask for --points {few}, or for a larger --size$"):
        made(tmp_path, STROKE, "--size", "100", "--points", "2000", "--overwrite")


def test_pixel_art_keeps_hard_edges_and_its_ground_whatever_its_size(tmp_path: Path):
    art = np.full((16, 16, 3), (90, 150, 250), np.uint8)
    art[12:], art[4:12, 6:10], art[5, 7] = (120, 80, 30), (200, 30, 30), 0
    sets = [made(tmp_path, Image.fromarray(art).resize((side, side), 0), "--overwrite") for side in (16, 400)]

    assert sets[0].fingerprint() == sets[1].fingerprint()
    x, y = sets[0].points[:, PLACES].T.numpy() * 16 // 288
    assert sets[0].scaling.shape == (288, 288)
    assert np.abs(sets[0].points[:, COLORS].numpy() - art[x, y].astype(int)).max(1).mean() < 12
    assert 0.3 < (x >= 12).mean() < 0.9


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_small_figure_is_cropped_to_itself_and_a_margin(tmp_path: Path, mode: str):
    page = Image.new(mode, (1000, 700), "white" if mode == "RGB" else (0, 0, 0, 0))
    ImageDraw.Draw(page).ellipse((700, 100, 800, 200), fill=(0, 120, 90))

    rows, columns = made(tmp_path, page).points[:, PLACES].T.numpy()

    assert np.ptp(rows) > 200
    assert 15 < rows.min() < 45
    assert rows.mean() == pytest.approx(columns.mean(), abs=15)


def test_opacity_is_relative_to_the_most_opaque(tmp_path: Path):
    glass = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    ImageDraw.Draw(glass).ellipse((40, 40, 160, 160), fill=(30, 90, 200, 100))

    assert len(made(tmp_path, glass)) == 5000


def test_texts_find_room_and_a_font_and_the_command_to_go_on_with_survives_a_space(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for text in ("Hello World", "Ж"):
        main(["--text", text, "--out", str(tmp_path / "my set"), "--overwrite"])

        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith(f"{tmp_path / 'my set'}: 5,000 points; now: ")
        assert last.endswith(f"main.py 'data_path={tmp_path / 'my set'}'")


def test_a_photo_has_points_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    spots = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8))
    sky_and_meadow = np.where(ROWS[..., None] < 110, (120, 160, 230), (90, 130, 60))
    for photo in (spots, drawn_on(sky_and_meadow + 8 * NOISE, 0, np.zeros((SIDE, SIDE), bool))):
        rows, columns = made(tmp_path, photo, "--overwrite").points[:, PLACES].T.numpy()

        assert "none, as in a photo: points are everywhere" in capsys.readouterr().out
        assert np.histogram2d(rows, columns, 4)[0].min() > 200


@pytest.mark.parametrize(
    ("picture", "options", "complaint"),
    [
        ("A", ["--points", "1"], "--points must be from 2 to 100000000, not 1"),
        ("A", ["--size", "3"], "--size must be from 8 to 10000, not 3"),
        (" ", [], "has nothing to draw"),
        ("A\U0010fffd", [], "there is no glyph .*--font"),
        ("A", ["--font", str(Path(__file__))], "cannot be read as a font"),
        (HALVES, ["--background", "nocolor"], "is not a color"),
        # What is advised was tried.
        (Image.new("L", (50, 50), 20), [], "covers only 0 pixels; use --background none"),
        (Image.new("L", (50, 50), 20), ["--background", "#191919"], "use --threshold"),
        (drawn_on(200, 206), [], "use --threshold 3"),
        (HALVES, ["--background", "none", "--invert"], "leave out --invert"),
        (Image.new("RGBA", (50, 50)), [], "no --threshold or --background changes that"),
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
