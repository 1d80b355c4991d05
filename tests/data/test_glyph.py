import subprocess
import sys
from pathlib import Path

import numpy as np

from data.glyph import draw, glyph_mask
from data.points import BLACK, read_points

REPOSITORY = Path(__file__).parent.parent.parent
FILES = ("pi_xs.npy", "pi_ys.npy", "sparse_pi_colored.jpg")


def test_the_command_draws_the_committed_sample_set_again(tmp_path: Path):
    command = [sys.executable, "-m", "data.from_picture", "--text", "π", "--out", tmp_path]
    subprocess.run(command, cwd=REPOSITORY, check=True)

    drawn, committed = read_points(tmp_path), read_points(REPOSITORY / "gen_ml_quiz_content")
    for name in FILES[:2]:
        assert (tmp_path / name).read_bytes() == (REPOSITORY / "gen_ml_quiz_content" / name).read_bytes()
    # Another build of the JPEG encoder may round another way.
    assert (drawn.points - committed.points).abs().max() <= 3


def test_the_sample_set_is_5000_distinct_bright_pixels_of_a_300x300_picture():
    data = read_points(REPOSITORY / "gen_ml_quiz_content")

    assert data.scaling.size[:2] == (300, 300)
    assert len(set(map(tuple, data.points[:, :2].tolist()))) == 5000
    assert (data.points[:, 2:].amax(1) >= BLACK).all()


def test_the_glyph_fills_the_picture_but_for_a_margin_and_stands_upright():
    mask = glyph_mask("T", 100)
    rows, columns = np.nonzero(mask)

    assert rows.min() >= 9
    assert rows.max() <= 91
    assert max(np.ptp(rows), np.ptp(columns)) >= 77
    assert mask[:50].sum() > mask[50:].sum()


def test_a_seed_draws_one_set_and_another_seed_another():
    mask = glyph_mask(size=60)

    first, again, other = draw(mask, 100, seed=1), draw(mask, 100, seed=1), draw(mask, 100, seed=2)

    assert np.array_equal(first[0], again[0])
    assert first[2] == again[2]
    assert not np.array_equal(first[0], other[0])
