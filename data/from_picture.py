"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import argparse
import math
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor

from data.background import TRANSPARENT, Background, canvas_color, find_background, opacity
from data.drawing import as_jpeg, draw, glyph_mask, write
from data.pictures import open_picture
from data.points import PICTURE, XS, YS
from utils.system.commands import Parser, main_command
from utils.system.errors import InputError, run_program
from utils.system.reading import expanded

# The usual number of points; of a figure that hides so few; and the longer side of the picture.
POINTS, MANY_POINTS, SIZE = 5000, 15_000, 300
# The longer side up to which a picture is enlarged, so that a small figure has room for its points, and others.
ENLARGED = 2000
# What may give pixels to a figure that has none.
REMEDIES: dict[str, dict[str, object]] = {
    "leave out --invert": {"invert": False},
    "leave out --background": {"background": "guess"},
    "use --threshold 10": {"threshold": 10},
    "use --threshold 3": {"threshold": 3},
    "use --background none": {"background": None},
}

DataSet = tuple[np.ndarray, np.ndarray, bytes]


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

    The weight is the opacity times the difference from the background: the one that is `named`, or the one that the
    border shows, if that is a "guess". Pixels that differ by `threshold` levels or less have no weight. In a photo, all
    weigh the same.
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


def native_pixels(picture: Image.Image) -> Image.Image | None:
    """Pixel art in its own pixels, though it may have been enlarged by a whole number; None if `picture` is none."""
    pixels = np.asarray(picture)
    borders = [np.flatnonzero((np.diff(pixels, axis=i) != 0).any((1 - i, 2))) + 1 for i in (0, 1)]
    block = math.gcd(*pixels.shape[:2], *np.concatenate(borders).tolist())
    art = pixels[::block, ::block]
    is_art = max(art.shape) <= 128 and len(np.unique(art.reshape(-1, art.shape[2]), axis=0)) <= 64
    return Image.fromarray(art) if is_art else None


def cropped(picture: Image.Image, weights: np.ndarray) -> Image.Image:
    """`picture`, or its figure and a margin, if that fills less than half of the width and of the height."""
    box = Image.fromarray(weights > 0).getbbox() or (0, 0, *weights.shape)
    longer = max(box[2] - box[0], box[3] - box[1])
    if 2 * longer >= max(weights.shape):
        return picture
    print("the figure is small in its picture, so the picture is cropped to it")
    margin, scale = 1 + longer // 10, max(picture.size) / max(weights.shape)
    low = [max(0, round(scale * (edge - margin))) for edge in box[:2]]
    high = [min(side, round(scale * (edge + margin))) for edge, side in zip(box[2:], picture.size, strict=True)]
    return picture.crop((*low, *high))


def choose_size(
    room_at: Callable[[int], int], points: int | None, size: int | None, remedy: Callable[[], str]
) -> tuple[int, int]:
    """How many points, and the size of the picture, for a figure that covers `room_at(size)` pixels.

    `points` and `size` are what the person asked for; what is None is chosen, and printed, so that pixels are
    left for generated points. Raises InputError if both were asked for and do not fit, or if the figure has no pixels,
    which the `remedy` may change.
    """
    n, side = points or POINTS, size or SIZE
    room = room_at(side)
    if room < 2:
        raise InputError(f"the figure covers only {room} pixels; {remedy()}")
    if not points and room > 10 * POINTS:
        n = MANY_POINTS
    is_crowded = 2 * room < 3 * n
    while is_crowded and not size and room < 3 * n and side < ENLARGED:
        # A little more than enough, because a border does not grow with the area.
        side = min(ENLARGED, max(side + 1, round(side * (3.6 * n / room) ** 0.5)))
        room = room_at(side)
    advice = f"ask for --points {max(2, room // 3)}, or for a larger --size"
    if points and room < points:
        raise InputError(f"the figure covers only {room:,} pixels; {advice}")
    if is_crowded and not points:
        n = min(n, max(2, room // 3))
    note = f"at size {side}, {n:,} points take {n / room:.0%} of the figure's {room:,} pixels"
    if 2 * room < 3 * n:
        print(f"{note}, which leaves too few for a verdict on the generated ones: {advice}")
    elif (n, side) != (POINTS, SIZE) or n < room / 10:
        usual = f" ({POINTS:,} would take {POINTS / room:.0%})" if n == MANY_POINTS else ""
        print(f"{note}{usual}; to change that, use --size or --points")
    return n, side


def _of_picture(options: argparse.Namespace) -> DataSet:
    """The data set of the picture that `options` name: distinct pixels, drawn in proportion to their weights."""
    path = expanded(options.picture)
    if (Path(path) / XS).exists():
        raise InputError(f"{path}: is a data set already; to train on it: {main_command(f'data_path={path}')}")
    picture = open_picture(path, options.size or ENLARGED).convert("RGBA")
    picture = native_pixels(picture) or picture

    def weighted(size: int, options: argparse.Namespace = options) -> tuple[Image.Image, np.ndarray, Background | None]:
        """The picture with a longer side of `size` pixels, or a little less, their weights, and the background."""
        factor = size / max(picture.size)
        hard = native_pixels(picture) is not None and factor >= 1
        sides = [max(1, round((int(factor) if hard else factor) * side)) for side in picture.size]
        scaled = picture.resize(sides, Image.Resampling.NEAREST if hard else Image.Resampling.BICUBIC)
        weights, background = pixel_weights(np.asarray(scaled), options.background, options.threshold)
        return scaled, np.where(weights > 0, 0.0, 1.0) if options.invert else weights, background

    def remedy() -> str:
        for words, change in REMEDIES.items():
            if (weighted(SIZE, argparse.Namespace(**vars(options) | change))[1] > 0).sum() >= 100:
                return words
        return "no --threshold or --background changes that: it has one color, or is transparent"

    if not options.invert:
        picture = cropped(picture, weighted(options.size or SIZE)[1])
    n, size = choose_size(lambda size: int((weighted(size)[1] > 0).sum()), options.points, options.size, remedy)
    scaled, weights, background = weighted(size)
    colors = "what is transparent" if background else "none, as in a photo: points are everywhere"
    if background and len(background.colors):
        colors = " and ".join("#{:02x}{:02x}{:02x}".format(*color) for color in background.colors)
    print(f"background: {colors}; if that is wrong, use --background or --invert")
    shares = weights.ravel() / weights.sum(dtype=float)
    chosen = np.random.default_rng(options.seed).choice(weights.size, n, replace=False, p=shares)
    rows, columns = np.divmod(chosen, weights.shape[1])
    points = np.asarray(scaled)[rows, columns, :3].astype(float)
    canvas = canvas_color(None if options.invert else background, points)
    return rows, columns, as_jpeg(rows, columns, points, weights.shape, canvas)


def _of_text(options: argparse.Namespace) -> DataSet:
    """The data set of the text in `options`."""
    font = Path(expanded(options.font)) if options.font else None
    mask = cache(lambda size: glyph_mask(options.text, size, font))
    room = lambda size: int(mask(size).sum())  # noqa: E731
    n, size = choose_size(room, options.points, options.size, lambda: "use a larger --size")
    return draw(mask(size), n, options.seed)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser("python -m data.from_picture", description=__doc__ or "")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", metavar="FILE", help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, help=f"how many ({POINTS}, or what suits the figure)")
    parser.add_argument("--size", type=int, help=f"the longer side in pixels ({SIZE}, or what the points need)")
    parser.add_argument(
        "--background", type=parse_background, default="guess", help="no points: white, #1c2b3a, transparent, none"
    )
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
    present = [name for name in (XS, YS, PICTURE) if (out / name).exists()]
    if present and not options.overwrite:
        raise InputError(f"{out}: holds a data set already ({present[0]}); add --overwrite, or choose another --out")

    rows, columns, picture = _of_picture(options) if options.text is None else _of_text(options)
    write(out, rows, columns, picture)
    print(f"{out}: {len(rows):,} points; now: {main_command(f'data_path={out}')}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
