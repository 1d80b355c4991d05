"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageColor

from data.background import Background, find_background
from data.glyph import draw, glyph_mask
from data.pictures import open_as_seen
from data.points import PICTURE, XS, YS
from data.writing import DrawnSet, as_jpeg, write
from utils.program.commands import main_command
from utils.program.errors import InputError, run_program
from utils.program.parser import Parser
from utils.program.paths import expanded

# Pixels this close to the background belong to it, in levels of 256, or within this many standard deviations of its
# noise. Compression leaves a shimmer around the figure.
LEAST_THRESHOLD, NOISE_FACTOR, MOST_THRESHOLD = 20, 6, 80
# If a background is noisier than this, in levels, and less than this share of the picture differs from it, the picture
# is a photo, or a texture: all of it is figure.
NOISE_OF_PHOTOS, LEAST_FIGURE = 4, 0.02
# The longer side in pixels: as it is, where nothing else is asked for; made larger for a small figure; the largest.
USUAL_SIZE, ENLARGED_SIZE, MOST_SIZE = 300, 2000, 10_000
USUAL_POINTS = 5000
TRANSPARENT, NONE = "transparent", "none"


class Weights(NamedTuple):
    """How likely each pixel is to be drawn, `(height, width)`; the background, if it has a color; what it is."""

    weights: np.ndarray
    background: Background | None
    name: str


def weigh(picture: Image.Image, background: str | None = None, threshold: int | None = None) -> Weights:
    """The weights of the pixels of `picture`.

    The weight is the opacity times the difference from the background, which `background` names ("white", "#1c2b3a",
    "transparent" or "none") or, if it is None, the border of the picture shows. In a photo, all pixels weigh the same.
    Pixels that differ by `threshold` levels or less have none. Raises InputError if `background` is no color.
    """
    pixels = np.asarray(picture.convert("RGBA"))
    colors, opacity = pixels[..., :3], pixels[..., 3] / np.float32(255)
    opaque = opacity >= 0.5
    rim = np.concatenate([opaque[0], opaque[-1], opaque[:, 0], opaque[:, -1]])
    if background == TRANSPARENT or (background is None and rim.mean() < 0.5):
        return Weights(opacity * opaque, None, "what is transparent")
    everywhere = Weights(opacity * opaque, None, "none, as you said: points are everywhere")
    photo = everywhere._replace(name="none, as in a photo, where no color stands out: points are everywhere")
    if background == NONE:
        return everywhere
    found = find_background(colors, opaque) if background is None else _named(background)
    if not found:
        return photo
    if threshold is None:
        threshold = round(min(MOST_THRESHOLD, max(LEAST_THRESHOLD, NOISE_FACTOR * found.noise)))
    distance = found.distance(colors)
    weights = np.where(distance > threshold, distance * opacity, 0.0)
    # The sky and the ground of a landscape cover its border, too, but next to nothing stands out from them.
    if background is None and found.noise > NOISE_OF_PHOTOS and (weights > 0).mean() < LEAST_FIGURE:
        return photo
    names = " and ".join("#{:02x}{:02x}{:02x}".format(*color.round().astype(int)) for color in found.colors)
    return Weights(weights, found, f"{names}, {'as you said' if background else 'as along its border'}")


def _named(color: str) -> Background:
    try:
        return Background(np.array([ImageColor.getrgb(color)[:3]], float))
    except ValueError:
        raise InputError(f"--background {color}: is no color; write a name, as white, or #rrggbb") from None


def resized(picture: Image.Image, size: int) -> Image.Image:
    """`picture` with a longer side of `size` pixels, as RGBA."""
    scale = size / max(picture.size)
    width, height = (max(1, round(scale * side)) for side in picture.size)
    # Premultiplied, so that the hidden colors of transparent pixels do not bleed into their neighbors.
    return picture.convert("RGBA").convert("RGBa").resize((width, height)).convert("RGBA")


def scatter(picture: Image.Image, weighed: Weights, n: int, seed: int, invert: bool = False) -> DrawnSet:
    """`n` distinct pixels of `picture`, drawn with probabilities proportional to their weights.

    With `invert`, the background of the new picture has no color of the old one.
    """
    weights = weighed.weights.astype(float)
    chosen = np.random.default_rng(seed).choice(weights.size, n, replace=False, p=weights.ravel() / weights.sum())
    rows, columns = np.divmod(chosen, weights.shape[1])
    colors = np.asarray(picture)[rows, columns, :3].astype(float)
    ground = weighed.background.color if weighed.background and not invert else _contrasting(colors)
    return DrawnSet(rows, columns, as_jpeg(rows, columns, colors, weights.shape, ground))


def fit(count: Callable[[int], int], n: int | None, size: int | None) -> tuple[int, int]:
    """How many points, and the size of the picture, for a figure that covers `count(size)` pixels.

    n, size: what the person asked for; None leaves it free, and a free one is changed until the points find room.
    Raises InputError if both were asked for and do not fit, or the figure has no pixels.
    """
    wanted, side = n or USUAL_POINTS, size or USUAL_SIZE
    room = count(side)
    while room < wanted and not size and side < ENLARGED_SIZE and room:
        # A little more than enough, because a border does not grow with the area.
        side = min(ENLARGED_SIZE, max(side + 1, round(side * (1.2 * wanted / room) ** 0.5)))
        room = count(side)
    if room >= wanted:
        return wanted, side
    if room < 2:
        raise InputError(
            f"the figure covers only {room} pixels, because nothing else differs from the background; "
            "lower --threshold, or name another --background"
        )
    if n:
        least = round(side * (1.2 * wanted / room) ** 0.5)
        raise InputError(f"the figure covers only {room:,} pixels; ask for --points {room}, or --size {least}")
    return room, side


def _contrasting(colors: np.ndarray) -> tuple[int, int, int]:
    """Black or white, whichever is farther from the points' `colors (n, 3)`."""
    return (0, 0, 0) if colors.mean() > 127 else (255, 255, 255)


def _from_picture(options: Any) -> tuple[DrawnSet, int]:
    """The data set of the picture that `options` name, and its size."""
    picture = open_as_seen(expanded(options.picture), options.size or ENLARGED_SIZE)

    @functools.cache
    def weighed(size: int) -> Weights:
        found = weigh(resized(picture, size), options.background, options.threshold)
        return found._replace(weights=np.where(found.weights > 0, 0.0, 1.0)) if options.invert else found

    n, size = fit(lambda size: int((weighed(size).weights > 0).sum()), options.points, options.size)
    print(f"background: {weighed(size).name}; if that is wrong, use --background or --invert")
    return scatter(resized(picture, size), weighed(size), n, options.seed, options.invert), size


def _from_text(options: Any) -> tuple[DrawnSet, int]:
    """The data set of the text in `options`, and its size."""
    font = Path(expanded(options.font)) if options.font else None
    n, size = fit(lambda size: int(glyph_mask(options.text, size, font).sum()), options.points, options.size)
    return draw(glyph_mask(options.text, size, font), n, options.seed), size


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser("python -m data.from_picture", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", metavar="FILE", help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, help=f"how many ({USUAL_POINTS}, or as many as the figure has room for)")
    parser.add_argument("--size", type=int, help=f"the longer side in pixels ({USUAL_SIZE}, or what the points need)")
    parser.add_argument("--background", metavar="COLOR", help="what has no points: white, #1c2b3a, transparent, none")
    parser.add_argument("--invert", action="store_true", help="points on the background instead of the figure")
    parser.add_argument("--threshold", type=int, help="differences from the background that do not count, 0 to 254")
    parser.add_argument("--seed", type=int, default=0, help="each seed is another draw (%(default)s)")
    parser.add_argument("--out", default="my_data", help="folder for the data set (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace a data set that is already there")
    options = parser.parse_args(arguments)
    for name, least, most in (("points", 2, 10**8), ("size", 8, MOST_SIZE), ("threshold", 0, 254), ("seed", 0, 2**63)):
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise InputError(f"--{name} must be from {least} to {most}, not {value}")
    out = Path(expanded(options.out))
    present = [name for name in (XS, YS, PICTURE) if (out / name).exists()]
    if present and not options.overwrite:
        raise InputError(f"{out}: holds a data set already ({present[0]}); add --overwrite, or choose another --out")

    made, size = _from_picture(options) if options.text is None else _from_text(options)
    if size != (options.size or USUAL_SIZE):
        print(f"size: {size} pixels, so that the figure has room for the points; --size says otherwise")
    n = len(made.rows)
    if n < (options.points or USUAL_POINTS):
        print(f"points: {n:,}, because the figure covers no more pixels")
    write(out, *made)
    print(f"{out}: {n:,} points; now: {main_command(f'data_path={out}')}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
