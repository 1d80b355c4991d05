"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import argparse
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor

from data.background import BLACK, Background, find_background
from data.glyph import draw, glyph_mask
from data.pictures import open_picture
from data.points import PICTURE, XS, YS
from data.writing import DrawnSet, as_jpeg, write
from utils.program.errors import InputError, run_program
from utils.program.parser import Parser

# Pixels this close to the background belong to it, in levels of 256, or within this many standard deviations of its
# noise. Compression leaves a shimmer around the figure.
LEAST_THRESHOLD, NOISE_FACTOR, MOST_THRESHOLD = 20, 6, 80
# Pixels below this opacity, of 255, are transparent.
OPAQUE = 128
TRANSPARENT = "transparent"


class Weights(NamedTuple):
    """How likely each pixel is to be drawn, `(height, width)`; the background, unless it is transparent; its name."""

    weights: np.ndarray
    background: Background | None
    name: str


def weigh(picture: Image.Image, background: str | None, threshold: int | None) -> Weights:
    """The weights of the pixels of `picture`.

    The weight is the opacity times the difference from the background, which `background` names ("white", "#1c2b3a" or
    "transparent") or, if it is None, the border of the picture shows. Pixels that differ by `threshold` levels or less
    have none. Raises InputError if `background` is no color.
    """
    pixels = np.asarray(picture.convert("RGBA"))
    colors, opacity = pixels[..., :3].astype(float), pixels[..., 3] / 255
    opaque = pixels[..., 3] >= OPAQUE
    if background is None:
        rim = np.concatenate([opaque[0], opaque[-1], opaque[:, 0], opaque[:, -1]])
        if rim.mean() < 0.5:
            background = TRANSPARENT
    if background == TRANSPARENT:
        return Weights(opacity * opaque, None, "what is transparent")
    if background is None:
        found = find_background(colors, opaque)
        name = "as along its border" if found else "for lack of a color that stands out along its border"
        found = found or BLACK
    else:
        try:
            found, name = Background(np.array([ImageColor.getrgb(background)[:3]], float)), "as you said"
        except ValueError:
            raise InputError(f"--background {background}: is no color; write a name, as white, or #rrggbb") from None
    if threshold is None:
        threshold = round(min(MOST_THRESHOLD, max(LEAST_THRESHOLD, NOISE_FACTOR * found.noise)))
    distance = found.distance(colors)
    names = " and ".join("#{:02x}{:02x}{:02x}".format(*color.round().astype(int)) for color in found.colors)
    return Weights(np.where(distance > threshold, distance * opacity, 0.0), found, f"{names}, {name}")


def scatter(
    picture: Image.Image,
    n: int,
    size: int,
    seed: int,
    background: str | None = None,
    invert: bool = False,
    threshold: int | None = None,
) -> tuple[DrawnSet, str]:
    """`n` distinct pixels of `picture`, its longer side made `size`, and what was taken for background.

    Their probabilities are proportional to the weights of `weigh`; with `invert`, points are where it has none.
    Raises InputError if fewer than `n` pixels are left.
    """
    scale = size / max(picture.size)
    width, height = (max(1, round(scale * side)) for side in picture.size)
    # Premultiplied, so that the hidden colors of transparent pixels do not bleed into their neighbors.
    picture = picture.convert("RGBA").convert("RGBa").resize((width, height)).convert("RGBA")
    weights, found, name = weigh(picture, background, threshold)
    if invert:
        weights = np.where(weights > 0, 0.0, 1.0)
    available = int((weights > 0).sum())
    if available < n:
        raise InputError(
            f"only {available:,} pixels differ from the background ({name}), which are fewer than {n:,} points; "
            f"{'ask for fewer --points, make --size larger, or ' if available > 1 else ''}"
            "lower --threshold, or name another --background"
        )
    chosen = np.random.default_rng(seed).choice(weights.size, n, replace=False, p=weights.ravel() / weights.sum())
    rows, columns = np.divmod(chosen, weights.shape[1])
    colors = np.asarray(picture)[rows, columns, :3].astype(float)
    ground = _contrasting(colors) if invert or not found else found.color
    return DrawnSet(rows, columns, as_jpeg(rows, columns, colors, weights.shape, ground)), name


def draw_text(text: str, n: int, size: int, seed: int, font: Path | None = None) -> DrawnSet:
    """`n` distinct pixels of `text`, in the colors of the sample set. Raises InputError if it has fewer, or no font."""
    mask = glyph_mask(text, size, font)
    if mask.sum() < n:
        raise InputError(f"{text!r} covers only {mask.sum():,} pixels; ask for fewer --points, or a larger --size")
    return draw(mask, n, seed)


def _contrasting(colors: np.ndarray) -> tuple[int, int, int]:
    """Black or white, whichever is farther from the points' `colors (n, 3)`."""
    return (0, 0, 0) if colors.mean() > 127 else (255, 255, 255)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser(
        prog="python -m data.from_picture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", metavar="FILE", type=Path, help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, default=5000, help="how many (%(default)s)")
    parser.add_argument("--size", type=int, default=300, help="the longer side in pixels (%(default)s)")
    parser.add_argument("--background", metavar="COLOR", help="what has no points: white, #1c2b3a, transparent, ...")
    parser.add_argument("--invert", action="store_true", help="points on the background instead of the figure")
    parser.add_argument("--threshold", type=int, help="differences from the background that do not count, 0 to 254")
    parser.add_argument("--seed", type=int, default=0, help="each seed is another draw (%(default)s)")
    parser.add_argument("--out", default="my_data", help="folder for the data set (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace a data set that is already there")
    options = parser.parse_args(arguments)
    if not (options.points >= 2 and 8 <= options.size <= 10_000 and options.seed >= 0):
        raise InputError("--points must be 2 or more, --size from 8 to 10000, --seed 0 or more")
    if options.threshold is not None and not 0 <= options.threshold <= 254:
        raise InputError("--threshold must be from 0 to 254")
    out = Path(options.out).expanduser()
    present = [name for name in (XS, YS, PICTURE) if (out / name).exists()]
    if present and not options.overwrite:
        raise InputError(f"{out}: holds a data set already ({present[0]}); add --overwrite, or choose another --out")

    if options.text is None:
        picture = open_picture(options.picture, upright=True)
        made, name = scatter(
            picture, options.points, options.size, options.seed, options.background, options.invert, options.threshold
        )
        print(f"background: {name}; if that is wrong, use --background or --invert")
    else:
        font = options.font.expanduser() if options.font else None
        made = draw_text(options.text, options.points, options.size, options.seed, font)
    write(out, *made)
    print(f"{out}: {options.points:,} points; now: {shlex.join(['python', 'main.py', f'data_path={out}'])}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
