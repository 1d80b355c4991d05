"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     more points where the picture is brighter (or less transparent)
python -m data.from_picture --text "Ω" --out my_data    a text in one of matplotlib's fonts, in the sample set's colors

Then: python main.py data_path=my_data
"""

import argparse
import sys

import numpy as np
from PIL import Image

from data.glyph import draw, glyph_mask, on_black, write
from data.points import open_picture
from utils.program.errors import InputError, run_program

Points = tuple[np.ndarray, np.ndarray, bytes]


def scatter(picture: Image.Image, n: int, size: int, threshold: int, seed: int) -> Points:
    """`n` distinct pixels of `picture`, its longer side made `size`: their rows and columns `(n,)`, and a JPEG of them.

    A pixel is chosen with a probability proportional to its opacity, where the picture has any transparency, and to
    its brightness elsewhere; pixels of `threshold` (0 to 255) or below are background.
    Raises InputError where fewer than `n` pixels are left.
    """
    scale = size / max(picture.size)
    picture = picture.convert("RGBA").resize([max(1, round(scale * side)) for side in picture.size])
    opacity = np.asarray(picture.getchannel("A"))
    colors = np.asarray(Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture).convert("RGB"))
    weights = (opacity if opacity.min() < 255 else colors.max(2)).astype(float)
    weights[weights <= threshold] = 0
    found = int((weights > 0).sum())
    if found < n:
        raise InputError(
            f"only {found:,} pixels are above the threshold; ask for fewer --points than that, or a larger --size"
        )
    rng = np.random.default_rng(seed)
    chosen = rng.choice(weights.size, n, replace=False, p=weights.ravel() / weights.sum())
    rows, columns = np.divmod(chosen, weights.shape[1])
    return rows, columns, on_black(rows, columns, colors[rows, columns].astype(float), weights.shape)


def draw_text(text: str, n: int, size: int, seed: int) -> Points:
    """`n` distinct pixels of `text`, in the colors of the sample set. Raises InputError where it has fewer."""
    mask = glyph_mask(text, size)
    if mask.sum() < n:
        raise InputError(f"{text!r} covers only {mask.sum():,} pixels; ask for fewer --points, or a larger --size")
    return draw(mask, n, seed)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError where it cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m data.from_picture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--points", type=int, default=5000, help="how many (%(default)s)")
    parser.add_argument("--size", type=int, default=300, help="the longer side in pixels (%(default)s)")
    parser.add_argument("--threshold", type=int, default=30, help="what is this dark is background (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="each seed is another draw (%(default)s)")
    parser.add_argument("--out", default="my_data", help="folder for the data set (%(default)s)")
    options = parser.parse_args(arguments)
    if not (options.points >= 2 and 8 <= options.size <= 10_000 and options.seed >= 0):
        raise InputError("--points must be 2 or more, --size from 8 to 10000, --seed 0 or more")
    if options.text is None:
        picture = open_picture(options.picture)
        points = scatter(picture, options.points, options.size, options.threshold, options.seed)
    elif options.text.strip():
        points = draw_text(options.text, options.points, options.size, options.seed)
    else:
        raise InputError("--text must have something to draw")
    write(options.out, *points)
    print(f"{options.out}/: {options.points:,} points; now: python main.py data_path={options.out}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
