"""Data sets that are made of pictures and of texts."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, features
from quick import REPOSITORY

from data import COLORS, PLACES
from data.drawing import glyph_mask
from data.from_picture import main
from data.points import ColoredPoints, read_points
from utils.system.errors import InputError

SIDE = 200
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
RING = np.abs(np.hypot(ROWS - 100, COLUMNS - 100) - 50) < 20
LINES = np.abs(np.hypot(ROWS - 100, COLUMNS - 100) - 70) < 1.5
NOTHING = np.zeros((SIDE, SIDE), bool)
NOISE = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 1)) * np.ones(3)


def made(folder: Path, source: Image.Image | str, options: str = "") -> ColoredPoints:
    """The data set that the command makes of a picture or a text."""
    if isinstance(source, Image.Image):
        source.save(folder / "picture.png")
    what = ["--text", source] if isinstance(source, str) else [str(folder / "picture.png")]
    main([*what, "--out", str(folder / "set"), *options.split()])
    return read_points(folder / "set")


def drawn_on(ground: object, figure: object, mask: np.ndarray = RING) -> Image.Image:
    return Image.fromarray(np.where(mask[..., None], figure, ground * np.ones(3)).clip(0, 255).astype(np.uint8))


def with_opacity(opacity: np.ndarray, figure: np.ndarray = RING) -> Image.Image:
    return Image.fromarray(np.dstack([drawn_on(255, (10, 10, 10), figure), opacity]).astype(np.uint8))


# Black but for its lower third: dim red on the left, bright red on the right; twice as wide as high.
HALVES = drawn_on(0, np.where(np.arange(100)[:, None] < 50, (60, 0, 0), (240, 0, 0)), np.mgrid[:50, :100][0] >= 33)
THIN = drawn_on(255, 0, (ROWS // 2 == 50) & (np.abs(COLUMNS - 100) < 90))
STROKE = drawn_on(255, 0, (np.abs(ROWS - 100) < 3) & (np.abs(COLUMNS - 100) < 90)).crop((0, 90, SIDE, 110))
SKY_AND_MEADOW = drawn_on(np.where(ROWS[..., None] < 110, (120, 160, 230), (90, 130, 60)) + 8 * NOISE, 0, NOTHING)


def test_the_command_draws_the_committed_sample_set_again(tmp_path: Path):
    drawn, committed = made(tmp_path, "π"), read_points(REPOSITORY / "gen_ml_quiz_content")

    assert drawn.scaling.shape == (300, 300)
    assert torch.equal(drawn.points[:, PLACES], committed.points[:, PLACES])
    # Another build of the JPEG encoder may round another way.
    assert (drawn.points - committed.points).abs().max() <= 3


def test_a_text_may_have_several_lines():
    rows, columns = np.nonzero(glyph_mask("ab\nc\r\nde\u2028f", 100))

    assert (np.diff(np.unique(rows)) > 3).sum() == 3
    assert columns.mean() == pytest.approx(50, abs=5)


@pytest.mark.parametrize("text", ["שלום", "हिन्दी", "a\u0323\u0302\u0315"])
def test_text_that_needs_raqm_is_refused_without_it(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(features, "check", lambda feature: False)

    with pytest.raises(InputError, match="Raqm or FriBiDi"):
        glyph_mask(text, 40)
    for other in ("Ж", "e\u0301", "♥\ufe0e"):
        assert glyph_mask(other, 40).any(), "characters side by side need no Raqm"


WHERE = {
    "": lambda rows, columns: rows >= 32,
    "--invert": lambda rows, columns: rows <= 33,
    "--background #f00000": lambda rows, columns: (rows < 34) | (columns < 51),
    "--background none": lambda rows, columns: rows >= 0,
}


@pytest.mark.parametrize("options", WHERE)
def test_points_are_where_the_picture_differs_from_its_background(tmp_path: Path, options: str):
    data = made(tmp_path, HALVES, f"--points 400 --size 100 {options}")
    rows, columns = data.points[:, PLACES].T.numpy()

    assert data.scaling.shape == (50, 100)
    assert len({*zip(rows, columns, strict=True)}) == 400
    assert WHERE[options](rows, columns).all()
    # Points of the background's color need another one around them; where the difference is larger, there are more.
    assert options != "--invert" or data.canvas.color == (255, 255, 255)
    assert options or (columns >= 50).sum() > 3 * (columns < 50).sum()


GROUNDS = {
    "line art": (drawn_on(255, 30, LINES), LINES),
    "on paper with a transparent corner": (with_opacity(np.where(ROWS + COLUMNS, 255, 0)), RING),
    "on a faint shadow": (with_opacity(np.where(RING, 255, 100)), RING),
    "like glass": (with_opacity(100 * RING, ~NOTHING), RING),
    "a scan with noise": (drawn_on(225 + 15 * NOISE, 60 + 15 * NOISE), RING),
    "a photo": (SKY_AND_MEADOW, ~NOTHING),
    "grass all over": (drawn_on((90, 130, 60) + 20 * NOISE, 0, NOTHING), ~NOTHING),
}


@pytest.mark.parametrize("name", GROUNDS)
def test_the_points_are_on_the_figure_whatever_the_ground(tmp_path: Path, name: str):
    picture, figure = GROUNDS[name]
    rows, columns = made(tmp_path, picture, "--points 400 --size 200").points[:, PLACES].T.numpy()

    near = figure | np.roll(figure, 1, 0) | np.roll(figure, -1, 0) | np.roll(figure, 1, 1) | np.roll(figure, -1, 1)
    assert near[rows, columns].mean() > 0.98
    assert np.ptp(rows) > 100


@pytest.mark.parametrize(
    ("picture", "options", "n", "line"),
    [
        (drawn_on(255, 0), "", 5000, "at size 300, 5,000 points take 1.%"),
        (STROKE, "", 5000, "at size .*, 5,000 points take 2.%"),
        (THIN, "--size 50", 15, "take 33%"),
        (STROKE, "--points 1500 --size 300", 1500, "take 8.% .* too few for a verdict .*--points 6"),
        (drawn_on(255, 0, ~NOTHING), "--background none", 15_000, "15,000 points take 17%"),
        ("Hello World", "", 5000, "take 2.%"),
    ],
)
def test_points_leave_room_for_those_that_are_generated_and_show_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], picture: Image.Image | str, options: str, n: int, line: str
):
    assert len(made(tmp_path, picture, options)) == n

    printed = capsys.readouterr().out
    assert re.search(line, printed)
    assert printed.endswith(f"main.py data_path={tmp_path / 'set'}\n")


@pytest.mark.parametrize("side", [16, 512])
def test_pixel_art_keeps_hard_edges_and_its_ground_whatever_its_size(tmp_path: Path, side: int):
    art = np.full((16, 16, 3), (90, 150, 250), np.uint8)
    art[12:], art[4:12, 6:10], art[5, 7] = (120, 80, 30), (200, 30, 30), 0
    points = made(tmp_path, Image.fromarray(art).resize((side, side), 0)).points.numpy()

    x, y = points[:, PLACES].T * 16 // 300
    assert (np.abs(points[:, COLORS] - art[x, y].astype(int)).max(1) < 20).mean() > 0.9
    assert 0.3 < (x >= 12).mean() < 0.9


def test_a_small_figure_is_cropped_to_itself_and_a_margin(tmp_path: Path):
    page = Image.new("RGBA", (1000, 700))
    ImageDraw.Draw(page).ellipse((700, 100, 800, 200), fill=(0, 120, 90))

    rows, columns = made(tmp_path, page).points[:, PLACES].T.numpy()

    assert np.ptp(rows) > 200
    assert 15 < rows.min() < 45
    assert rows.mean() == pytest.approx(columns.mean(), abs=15)


@pytest.mark.parametrize(
    ("picture", "options", "word"),
    [
        ("A", "--points 1", "from 2 to"),
        ("A", f"--font {__file__}", "cannot be read as a font"),
        ("A\U0010fffd", "", r"no glyph for '\\U0010fffd' .*--font"),
        ("\u200b", "", "nothing to draw"),
        (HALVES, "--background nocolor", "background_color value: 'nocolor'"),
        (STROKE, "--size 100 --points 2000", "ask for --points 90, or for a larger --size$"),
        (drawn_on(200, 206), "", "a lower --threshold; --background none, without"),
    ],
)
def test_an_impossible_data_set_is_refused_before_anything_is_written(
    tmp_path: Path, picture: Image.Image | str, options: str, word: str
):
    with pytest.raises(InputError, match=word):
        made(tmp_path, picture, options)
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize("source", ["A", HALVES], ids=["text", "picture"])
def test_a_data_set_is_not_replaced_unless_asked_and_each_seed_is_another_draw(
    tmp_path: Path, source: Image.Image | str
):
    before = made(tmp_path, source).fingerprint()

    with pytest.raises(InputError, match="add --overwrite"):
        made(tmp_path, source, "--seed 1")
    assert read_points(tmp_path / "set").fingerprint() == before
    assert made(tmp_path, source, "--overwrite --seed 1").fingerprint() != before
