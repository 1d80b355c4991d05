"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import argparse
import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor

from data.background import TRANSPARENT, Background, canvas_color, find_background, opacity
from data.drawing import as_jpeg, draw, glyph_mask, write
from data.pictures import Canvas, open_picture
from data.points import PICTURE, XS, YS
from utils.system.errors import InputError, expanded
from utils.system.program import Parser, main_command, run_program

# The usual number of points; of a figure that hides so few; and the longer side of the picture.
POINTS, MANY_POINTS, SIZE = 5000, 15_000, 300
# The longer side up to which a picture is enlarged, so that a small figure has room for its points, and others.
ENLARGED = 2000


def parse_background(text: str) -> Background | str | None:
    """What --background names: a color, "transparent", "none", which is None, or a "guess". Raises InputError."""
    named = {"guess": "guess", "none": None, "transparent": TRANSPARENT}
    try:
        return named[text] if text in named else Background(np.array([ImageColor.getrgb(text)[:3]]))
    except ValueError:
        raise InputError(f"--background {text}: is not a color; write one as white or #1c2b3a") from None


def pixel_weights(
    pixels: np.ndarray, named: Background | str | None, threshold: int | None
) -> tuple[np.ndarray, Background | None]:
    """The weights `(height, width)` of `pixels (height, width, 4)`, and the background, or None if it is a photo.

    The weight is the opacity times the difference from the background, or 0 if that is `threshold` levels or less.
    """
    transparency = opacity(pixels)
    everywhere = transparency * (transparency >= 0.5)
    background = find_background(pixels) if isinstance(named, str) else named
    if background is None or not len(background.colors):
        return everywhere, background
    if threshold is None:
        # Compression and noise leave a shimmer around the figure.
        threshold = round(min(80, max(20, 6 * background.noise)))
    distance = background.distance(pixels)
    weights = np.where(distance > threshold, distance * transparency, 0.0)
    # The sky and the ground of a landscape cover its border, too. They are noisy, and next to nothing stands out.
    is_photo = isinstance(named, str) and background.noise > 4 and (weights > 0).mean() < 0.02
    return (everywhere, None) if is_photo else (weights, background)


def is_pixel_art(picture: Image.Image) -> bool:
    """Whether `picture` has few pixels, of few colors."""
    return max(picture.size) <= 128 and picture.getcolors(64) is not None


def native_pixels(picture: Image.Image) -> Image.Image:
    """Pixel art in its own pixels, though it may have been enlarged by a whole number; other pictures as they are."""
    pixels = np.asarray(picture)
    borders = [np.flatnonzero((np.diff(pixels, axis=i) != 0).any((1 - i, 2))) + 1 for i in (0, 1)]
    block = math.gcd(*pixels.shape[:2], *np.concatenate(borders).tolist())
    art = Image.fromarray(pixels[::block, ::block])
    return art if is_pixel_art(art) else picture


def resized(picture: Image.Image, side: int) -> Image.Image:
    """`picture` with a longer side of `side` pixels, or a little less, so that pixel art keeps its hard edges."""
    factor = side / max(picture.size)
    if factor >= 1 and is_pixel_art(picture):
        return picture.resize([int(factor) * length for length in picture.size], Image.Resampling.NEAREST)
    return picture.resize([max(1, round(factor * length)) for length in picture.size], Image.Resampling.BICUBIC)


def cropped(picture: Image.Image, weights: np.ndarray) -> Image.Image:
    """`picture`, or its figure and a margin, if that fills less than half of the width and of the height."""
    box = Image.fromarray(weights > 0).getbbox() or (0, 0, *weights.shape)
    longer = max(box[2] - box[0], box[3] - box[1])
    if 2 * longer >= max(weights.shape):
        return picture
    print("the figure is small in its picture, so the picture is cropped to it")
    margin = (1 + longer // 10) * np.array([-1, -1, 1, 1])
    edges = np.round((box + margin) * max(picture.size) / max(weights.shape))
    return picture.crop(np.clip(edges, 0, picture.size * 2).astype(int).tolist())


def choose_size(room_at: Callable[[int], int], points: int | None, size: int | None) -> tuple[int, int]:
    """How many points, and the longer side of the picture, for a figure of `room_at(side)` pixels, some left over.

    Raises InputError if the figure has fewer pixels than points.
    """
    side = size or SIZE
    room = room_at(side)
    if room < 2:
        advice = "a pale one needs a lower --threshold; --background none, without --invert, takes all that is opaque"
        raise InputError(f"the figure covers only {room} pixels; {advice}")
    n = points or (MANY_POINTS if room > 10 * POINTS else POINTS)
    if 2 * room < 3 * n:
        while not size and room < 3 * n and side < ENLARGED:
            # A little more than enough, because a border does not grow with the area.
            side = min(ENLARGED, max(side + 1, round(side * (3.6 * n / room) ** 0.5)))
            room = room_at(side)
        n = points or min(n, max(2, room // 3))
    advice = f"ask for --points {max(2, room // 3)}, or for a larger --size"
    if room < n:
        raise InputError(f"the figure covers only {room:,} pixels; {advice}")
    crowd = f", which leaves too few for a verdict on the generated ones: {advice}" if 2 * room < 3 * n else ""
    print(f"at size {side}, {n:,} points take {n / room:.0%} of the figure's {room:,} pixels{crowd}")
    return n, side


def _of_picture(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray, bytes]:
    """The data set of the picture that `options` name: distinct pixels, drawn in proportion to their weights."""
    picture = native_pixels(open_picture(expanded(options.picture), options.size or ENLARGED).convert("RGBA"))

    def weighted(side: int) -> tuple[np.ndarray, np.ndarray, Background | None]:
        """The pixels of the picture with a longer side of `side`, their weights, and the background."""
        pixels = np.asarray(resized(picture, side))
        weights, background = pixel_weights(pixels, options.background, options.threshold)
        return pixels, weights == 0 if options.invert else weights, background

    if not options.invert:
        picture = cropped(picture, weighted(options.size or SIZE)[1])
    n, side = choose_size(lambda side: int((weighted(side)[1] > 0).sum()), options.points, options.size)
    pixels, weights, background = weighted(side)
    ground = "none, as in a photo: points are everywhere"
    if background:
        ground = " and ".join("#{:02x}{:02x}{:02x}".format(*color) for color in background.colors) or "transparent"
    print(f"background: {ground}; if that is wrong, use --background or --invert")
    height, width = weights.shape
    shares = weights.ravel() / weights.sum(dtype=float)
    chosen = np.random.default_rng(options.seed).choice(weights.size, n, replace=False, p=shares)
    rows, columns = np.divmod(chosen, width)
    colors = pixels[rows, columns, :3]
    canvas = Canvas(height, width, canvas_color(None if options.invert else background, colors))
    return rows, columns, as_jpeg(np.column_stack([rows, columns, colors]), canvas)


def _of_text(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray, bytes]:
    """The data set of the text in `options`."""
    mask = partial(glyph_mask, options.text, font=Path(expanded(options.font)) if options.font else None)
    n, side = choose_size(lambda side: int(mask(side).sum()), options.points, options.size)
    return draw(mask(side), n, options.seed)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser("python -m data.from_picture", description=__doc__ or "")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", metavar="FILE", help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, help=f"how many ({POINTS}, or what suits the figure)")
    parser.add_argument("--size", type=int, help=f"the longer side in pixels ({SIZE}, or what the points need)")
    parser.add_argument("--background", type=parse_background, default="guess", help="a color, transparent, or none")
    parser.add_argument("--invert", action="store_true", help="points on the background instead of the figure")
    parser.add_argument("--threshold", type=int, help="differences from the background that do not count, 0 to 254")
    parser.add_argument("--seed", type=int, default=0, help="each seed is another draw (%(default)s)")
    parser.add_argument("--out", default="my_data", help="folder for the data set (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace a data set that is already there")
    options = parser.parse_args(arguments)
    for name, least, most in (("points", 2, 10**8), ("size", 8, 10_000), ("threshold", 0, 254), ("seed", 0, 2**63)):
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise InputError(f"--{name} must be from {least} to {most}, not {value}")
    out = Path(expanded(options.out))
    if not options.overwrite and any((out / name).exists() for name in (XS, YS, PICTURE)):
        raise InputError(f"{out}: holds a data set already; add --overwrite, or choose another --out")

    rows, columns, picture = _of_picture(options) if options.text is None else _of_text(options)
    write(out, rows, columns, picture)
    print(f"{out}: {len(rows):,} points; now: {main_command(f'data_path={out}')}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
