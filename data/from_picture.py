"""Make a data set of your own, from a picture or from a text.

python -m data.from_picture photo.jpg --out my_data     points on the figure, more where it differs more from its ground
python -m data.from_picture --text "Ω" --out my_data    a text, in the sample set's colors

Then: python main.py data_path=my_data
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from data.background import Background, find_background
from data.drawing import as_jpeg, draw, glyph_mask, write
from data.pictures import open_picture
from data.points import PICTURE, XS, YS
from utils.system.commands import Parser, main_command
from utils.system.errors import InputError, run_program
from utils.system.reading import expanded

# The longer side in pixels up to which a picture is enlarged, so that a small figure has room for its points.
ENLARGED = 2000


def color(text: str) -> str | tuple[int, ...]:
    """What --background names: the three channels of a color, or "transparent" or "none" as they are."""
    return text if text in ("transparent", "none") else ImageColor.getrgb(text)[:3]


def weigh(
    picture: Image.Image, named: str | tuple[int, ...] | None, threshold: int | None
) -> tuple[np.ndarray, Background | None, str]:
    """The weights `(height, width)` of the pixels of `picture`; the background, if it has a color; a note on it.

    The weight is the opacity times the difference from the background: the one that is `named`, or the one that the
    border shows. Pixels that differ by `threshold` levels or less have no weight. In a photo, all weigh the same.
    """
    pixels = np.asarray(picture.convert("RGBA"))
    colors, opacity = pixels[..., :3], pixels[..., 3] / np.float32(255)
    opaque = opacity >= 0.5
    border = np.concatenate([opaque[0], opaque[-1], opaque[:, 0], opaque[:, -1]])
    if named == "transparent" or (named is None and border.mean() < 0.5):
        return opacity * opaque, None, "what is transparent"
    found = find_background(colors, opaque) if named is None else None
    if isinstance(named, tuple):
        found = Background(np.array([named]))
    if found:
        if threshold is None:
            # Compression and noise leave a shimmer around the figure.
            threshold = round(min(80, max(20, 6 * found.noise)))
        distance = found.distance(colors)
        weights = np.where(distance > threshold, distance * opacity, 0.0)
        # The sky and the ground of a landscape cover its border, too. They are noisy, and next to nothing stands out.
        if named or found.noise <= 4 or (weights > 0).mean() >= 0.02:
            return weights, found, " and ".join("#{:02x}{:02x}{:02x}".format(*one) for one in found.colors)
    return opacity * opaque, None, "none, as in a photo: points are everywhere"


def fit(count: Callable[[int], int], n: int | None, size: int | None) -> tuple[int, int]:
    """How many points, and the size of the picture, for a figure that covers `count(size)` pixels.

    n, size: what the person asked for; what is None is changed, and printed, until the points find room. Raises
    InputError if both were asked for and do not fit, or the figure has no pixels.
    """
    wanted, side = n or 5000, size or 300
    room = count(side)
    while 0 < room < wanted and not size and side < ENLARGED:
        # A little more than enough, because a border does not grow with the area.
        side = min(ENLARGED, max(side + 1, round(side * (1.2 * wanted / room) ** 0.5)))
        room = count(side)
    if room < 2:
        reason = f"the figure covers only {room} pixels, because nothing else differs from the background"
        raise InputError(f"{reason}; lower --threshold, or name another --background")
    if room < wanted and n:
        raise InputError(f"the figure covers only {room:,} pixels; ask for --points {room}, or for a larger --size")
    if room < wanted or side > (size or 300):
        print(f"at size {side}, the figure has room for {room:,} points; to change that, use --size or --points")
    return min(room, wanted), side


def _of_picture(options: Any) -> tuple[np.ndarray, np.ndarray, bytes]:
    """The data set of the picture that `options` name: distinct pixels, drawn in proportion to their weights."""
    picture = open_picture(expanded(options.picture), options.size or ENLARGED).convert("RGBA")

    @cache
    def weighed(size: int) -> tuple[Image.Image, np.ndarray, Background | None, str]:
        resized = picture.resize([max(1, round(size / max(picture.size) * side)) for side in picture.size])
        weights, background, note = weigh(resized, options.background, options.threshold)
        return resized, np.where(weights > 0, 0.0, 1.0) if options.invert else weights, background, note

    n, size = fit(lambda size: int(np.count_nonzero(weighed(size)[1])), options.points, options.size)
    resized, weights, background, note = weighed(size)
    print(f"background: {note}; if that is wrong, use --background or --invert")
    shares = weights.ravel() / weights.sum(dtype=float)
    chosen = np.random.default_rng(options.seed).choice(weights.size, n, replace=False, p=shares)
    rows, columns = np.divmod(chosen, weights.shape[1])
    colors = np.asarray(resized)[rows, columns, :3].astype(float)
    contrast = (0, 0, 0) if colors.mean() > 127 else (255, 255, 255)
    ground = background.color if background and not options.invert else contrast
    return rows, columns, as_jpeg(rows, columns, colors, weights.shape, ground)


def _of_text(options: Any) -> tuple[np.ndarray, np.ndarray, bytes]:
    """The data set of the text in `options`."""
    font = Path(expanded(options.font)) if options.font else None
    mask = cache(lambda size: glyph_mask(options.text, size, font))
    n, size = fit(lambda size: int(mask(size).sum()), options.points, options.size)
    return draw(mask(size), n, options.seed)


def main(arguments: list[str]) -> None:
    """Write the data set that the command line asks for. Raises InputError if it cannot be made."""
    parser = Parser("python -m data.from_picture", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("picture", nargs="?", help="a picture, in any format that Pillow reads")
    source.add_argument("--text", help="one or a few characters")
    parser.add_argument("--font", metavar="FILE", help="a .ttf or .otf file for --text")
    parser.add_argument("--points", type=int, help="how many (5000, or as many as the figure has room for)")
    parser.add_argument("--size", type=int, help="the longer side in pixels (300, or what the points need)")
    parser.add_argument("--background", type=color, help="what has no points: white, #1c2b3a, transparent, none")
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
