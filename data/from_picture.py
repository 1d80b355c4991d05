"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import sys
from argparse import Namespace
from collections.abc import Callable
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
ENLARGED = 2000  # the longer side up to which a picture is enlarged, so that a small figure has room for points


def background_color(text: str) -> Background:
    """The background that --background names: a color, or nothing but what is transparent. Raises ValueError."""
    return TRANSPARENT if text in ("none", "transparent") else Background(np.array([ImageColor.getrgb(text)[:3]]))


def weighted(picture: Image.Image, side: int, options: Namespace) -> tuple[np.ndarray, np.ndarray, Background]:
    """The pixels `(height, width, 4)` of `picture` with a longer side of `side`, their weights, and the background.

    The weight is the opacity, or 0 if that is less than a half, times the difference from the background, or 0 if that
    is at most the threshold. Of a photo, all has weight.
    """
    size = [max(1, round(side / max(picture.size) * length)) for length in picture.size]
    # Where colors are few, as in pixel art, edges stay hard; to take the nearest pixel would lose thin lines.
    how = Image.Resampling.BOX if picture.getcolors(64) else Image.Resampling.BICUBIC
    pixels = np.asarray(picture.resize(size, how))
    background = options.background or find_background(pixels)
    distance, threshold = background.distance(pixels), options.threshold
    if threshold is None:
        # Compression and noise leave a shimmer around the figure.
        threshold = round(min(80, max(20, 6 * background.noise)))
    # The sky and the ground of a landscape cover its border, too. They are noisy, and next to nothing stands out.
    if not options.background and background.noise > 4 and (distance > threshold).mean() < 0.02:
        background, distance = TRANSPARENT, TRANSPARENT.distance(pixels)
    shares = opacity(pixels)
    weights = np.where((distance > threshold) & (shares >= 0.5), distance * shares, 0)
    return pixels, weights == 0 if options.invert else weights, background


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


def choose_size(figure_at: Callable[[int], np.ndarray], options: Namespace) -> tuple[int, int]:
    """How many points, and which longer side, suit a figure, `figure_at(side) != 0`. Raises InputError if none do."""
    side = options.size or SIZE
    room = np.count_nonzero(figure_at(side))
    if room < 2:
        advice = "a pale one needs a lower --threshold; --background none, without --invert, takes all that is opaque"
        raise InputError(f"the figure covers only {room} pixels; {advice}")
    n = options.points or (MANY_POINTS if room > 10 * POINTS else POINTS)
    while not options.size and 2 * room < 3 * n and side < ENLARGED:
        # A little more than enough, because a border does not grow with the area.
        side = min(ENLARGED, round(side * (3.6 * n / room) ** 0.5))
        room = np.count_nonzero(figure_at(side))
    if 2 * room < 3 * n:
        n = options.points or max(2, room // 3)
    advice = f"ask for --points {max(2, room // 3)}, or for a larger --size"
    if room < n:
        raise InputError(f"the figure covers only {room:,} pixels; {advice}")
    crowd = f", which leaves too few for a verdict on the generated ones: {advice}" if 2 * room < 3 * n else ""
    print(f"at size {side}, {n:,} points take {n / room:.0%} of the figure's {room:,} pixels{crowd}")
    return n, side


def _of_picture(options: Namespace) -> tuple[np.ndarray, np.ndarray, bytes]:
    """The data set of the picture that `options` name: distinct pixels, drawn in proportion to their weights."""
    picture = open_picture(Path(options.picture), options.size or ENLARGED).convert("RGBA")
    if not options.invert:
        picture = cropped(picture, weighted(picture, options.size or SIZE, options)[1])
    n, side = choose_size(lambda side: weighted(picture, side, options)[1], options)
    pixels, weights, background = weighted(picture, side, options)
    ground = " and ".join("#{:02x}{:02x}{:02x}".format(*color) for color in background.colors)
    print(f"background: {ground or 'what is transparent, if anything'}; if that is wrong, use --background or --invert")
    shares = weights.ravel() / weights.sum(dtype=float)
    chosen = np.random.default_rng(options.seed).choice(weights.size, n, replace=False, p=shares)
    rows, columns = np.unravel_index(chosen, weights.shape)
    colors = pixels[rows, columns, :3]
    canvas = Canvas(len(weights), weights.shape[1], canvas_color(background, colors))
    return rows, columns, as_jpeg(np.column_stack([rows, columns, colors]), canvas)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser("python -m data.from_picture", description=__doc__ or "")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", type=expanded, nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", type=expanded, metavar="FILE", help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, help=f"how many ({POINTS}, or what suits the figure)")
    parser.add_argument("--size", type=int, help=f"the longer side in pixels ({SIZE}, or what the points need)")
    parser.add_argument("--background", type=background_color, help="a color, as white or #1c2b3a, or none")
    parser.add_argument("--invert", action="store_true", help="points on the background instead of the figure")
    parser.add_argument("--threshold", type=int, help="differences from the background that do not count, 0 to 254")
    parser.add_argument("--seed", type=int, default=0, help="each seed is another draw (%(default)s)")
    parser.add_argument("--out", type=expanded, default="my_data", help="folder for the data set (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace a data set that is already there")
    options = parser.parse_args(arguments)
    for name, least, most in (("points", 2, 10**8), ("size", 8, 10_000), ("threshold", 0, 254), ("seed", 0, 2**63)):
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise InputError(f"--{name} must be from {least} to {most}, not {value}")
    out = Path(options.out)
    if not options.overwrite and any((out / name).exists() for name in (XS, YS, PICTURE)):
        raise InputError(f"{out}: holds a data set already; add --overwrite, or choose another --out")
    if options.text is None:
        data = _of_picture(options)
    else:
        n, side = choose_size(lambda side: glyph_mask(options.text, side, options.font), options)
        data = draw(glyph_mask(options.text, side, options.font), n, options.seed)
    write(out, *data)
    print(f"{out}: {len(data[0]):,} points; now: {main_command(f'data_path={out}')}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
