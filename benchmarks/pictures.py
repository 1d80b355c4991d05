"""Does it find the colors of what people draw? Ten pictures in flat colors, and regular patterns on letters.

    python -m benchmarks.pictures [--world NAME ...] [--save FOLDER] [--waves FILE] [key=value ...]

Both models learn from 5,000 points of a world, with the settings of config.yaml, and draw 50,000. Needs scikit-learn,
SciPy and zuko. The figures, beside those of true points:

- off: percent of the points whose color no pixel of the picture has within two rows and columns.
- nats: the negative ELBO of a held-out point.
- AUC: that of `benchmarks.fidelity`.
"""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from benchmarks.command import BenchmarkParser, print_head, print_row
from benchmarks.fidelity import N_POINTS, told_apart, trained, training_set
from benchmarks.worlds import World
from data import COLORS, PLACES
from data.drawing import find_font, glyph_mask
from data.pictures import paint
from data.points import ColoredPoints
from models import MODELS
from models.fields import HARMONICS, Fields
from utils.evaluation.likelihood import evaluate_loss
from utils.runs.style import save_plot
from utils.settings.config import Config
from utils.system.program import run_program

Draw = ImageDraw.ImageDraw
SIZE = 256


def _smiley(d: Draw) -> None:
    d.ellipse((12, 12, 244, 244), fill="#ffcc22", outline="#8a5a00", width=7)
    for x in (85, 171):
        d.ellipse((x - 14, 75, x + 14, 119), fill="#3a2a12")
    d.chord((65, 100, 191, 212), 10, 170, fill="#7a1515")
    d.ellipse((105, 178, 151, 210), fill="#f07080")


def _road_sign(d: Draw) -> None:
    d.polygon([(128, 14), (248, 228), (8, 228)], fill="#d01020")
    d.polygon([(128, 58), (211, 206), (45, 206)], fill="#fff0c0")
    d.polygon([(116, 100), (140, 100), (134, 162), (122, 162)], fill="#101010")
    d.ellipse((117, 172, 139, 194), fill="#101010")


def _logo(d: Draw) -> None:
    d.rounded_rectangle((8, 8, 248, 248), 30, fill="#16324f")
    d.pieslice((68, 30, 188, 150), 90, 360, fill="#2ec4b6")
    d.pieslice((80, 42, 200, 162), 0, 90, fill="#ff9f1c")
    d.text((128, 205), "COLORED PI", fill="#f4f4f4", font=type_of(34), anchor="mm")


def _playing_card(d: Draw) -> None:
    d.rectangle((38, 6, 218, 250), fill="#e8e4d8", outline="#203080", width=6)
    for x in (82, 174):
        for y in (60, 128, 196):
            _heart(d, x, y)
    _heart(d, 128, 94)
    d.text((58, 32), "7", fill="#c01028", font=type_of(32), anchor="mm")
    d.text((198, 226), "7", fill="#c01028", font=type_of(32), anchor="mm")


def _heart(d: Draw, x: int, y: int) -> None:
    d.ellipse((x - 18, y - 16, x, y + 2), fill="#c01028")
    d.ellipse((x, y - 16, x + 18, y + 2), fill="#c01028")
    d.polygon([(x - 17, y - 2), (x + 17, y - 2), (x, y + 20)], fill="#c01028")


def _pixel_art(d: Draw) -> None:
    rows = "..1111../.111111./11233211/11233211/11111111/.144441./..1..1../.22..22."
    colors = {"1": "#5a9e3a", "2": "#f8f8f0", "3": "#202040", "4": "#b03060"}
    for y, row in enumerate(rows.split("/")):
        for x, name in enumerate(row):
            if name in colors:
                d.rectangle((32 * x, 32 * y, 32 * x + 31, 32 * y + 31), fill=colors[name])


def _country_map(d: Draw) -> None:
    d.rectangle((8, 8, 248, 248), fill="#9fc5e8")
    shapes = {
        "#f6b26b": [(20, 24), (110, 18), (128, 90), (60, 122), (14, 100)],
        "#93c47d": [(110, 18), (238, 30), (226, 104), (128, 90)],
        "#e06666": [(14, 100), (60, 122), (78, 200), (30, 236), (16, 170)],
        "#ffd966": [(60, 122), (128, 90), (160, 160), (78, 200)],
        "#8e7cc3": [(128, 90), (226, 104), (240, 190), (160, 160)],
        "#c27ba0": [(78, 200), (160, 160), (240, 190), (200, 240), (30, 236)],
    }
    for color, corners in shapes.items():
        d.polygon(corners, fill=color)
        d.line([*corners, corners[0]], fill="#333333", width=3)
    d.ellipse((150, 50, 190, 72), fill="#9fc5e8")


def _flag(d: Draw) -> None:
    for i in range(9):
        d.rectangle((4, 40 + 20 * i, 252, 59 + 20 * i), fill=("#c8102e", "#f0f0f0")[i % 2])
    d.rectangle((4, 40, 110, 139), fill="#0a3161")
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    radius = np.where(np.arange(10) % 2, 14, 36)
    star = np.stack([57 + radius * np.cos(angles), 90 + radius * np.sin(angles)], 1)
    d.polygon([(float(x), float(y)) for x, y in star], fill="#ffd800")


def _traffic_light(d: Draw) -> None:
    d.rectangle((116, 200, 140, 252), fill="#707478")
    d.rounded_rectangle((70, 6, 186, 206), 22, fill="#22262a")
    for y, color in ((42, "#e02020"), (106, "#f0b000"), (170, "#20b040")):
        d.ellipse((100, y - 28, 156, y + 28), fill=color)


def _letters(d: Draw) -> None:
    colors = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080")
    for i, color in enumerate(colors):
        place = (48 + 80 * (i % 3), 68 + 120 * (i // 3))
        d.text(place, "PICTUR"[i], fill=color, font=type_of(110), anchor="mm")


def _icon(d: Draw) -> None:
    d.pieslice((48, 24, 208, 224), 180, 360, fill="#4a5568")
    d.rectangle((48, 123, 208, 190), fill="#4a5568")
    d.rounded_rectangle((28, 184, 228, 206), 10, fill="#4a5568")
    d.ellipse((108, 204, 148, 240), fill="#4a5568")
    d.ellipse((176, 44, 204, 72), fill="#ff3b30")


def type_of(size: int) -> ImageFont.FreeTypeFont:
    """A bold type of `size` pixels."""
    return ImageFont.truetype(find_font("7"), size)


PICTURES = (_smiley, _road_sign, _logo, _playing_card, _pixel_art, _country_map, _flag, _traffic_light, _letters, _icon)


def checks(height: float, width: float, degrees: float = 0.0) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A checkerboard of periods `height` and `width` in pixels, turned: above 0 is one color, below the other."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))

    def wave(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        down, across = cos * row + sin * column, cos * column - sin * row
        return np.sin(2 * np.pi * (down + 0.37) / height) * np.sin(2 * np.pi * (across + 0.21) / width)

    return wave


def dots(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Dots with a period of 20 pixels."""
    return np.cos(np.pi * row / 10) + np.cos(np.pi * column / 10) - 0.6


# Stripes are checks of which one side has no end.
PATTERNS = {
    "R in checks 25 x 33": ("R", checks(25, 33)),
    "R in stripes 10": ("R", checks(10, 1e9)),
    "R in stripes 12, diagonal": ("R", checks(12, 1e9, 45)),
    "R in stripes 9, 29 degrees": ("R", checks(9, 1e9, 29)),
    "B in dots 20": ("B", dots),
    "B in checks 15": ("B", checks(15, 15)),
    "8 in checks 21 x 30, 17 degrees": ("8", checks(21, 30, 17)),
    "& in checks 18, 62 degrees": ("&", checks(18, 18, 62)),
    "S in stripes 14, 8 degrees": ("S", checks(14, 1e9, 8)),
}


def worlds() -> dict[str, World]:
    """The worlds, by name."""
    pictures = {draw.__name__[1:].replace("_", " "): picture_world(draw) for draw in PICTURES}
    return pictures | {name: pattern_world(*pattern) for name, pattern in PATTERNS.items()}


def picture_world(draw: Callable[[Draw], None]) -> World:
    """Points of a picture that `draw` draws, in its own colors."""
    canvas = Image.new("RGBA", (SIZE, SIZE))
    drawing = ImageDraw.Draw(canvas)
    drawing.fontmode = "1"
    draw(drawing)
    pixels = np.asarray(canvas)

    def colors(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return pixels[(u * SIZE).round().astype(int), (v * SIZE).round().astype(int), :3].astype(float)

    return World(pixels[..., 3].astype(float), colors, stored="JPEG")


def pattern_world(glyph: str, wave: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> World:
    """A glyph of 300 pixels in two colors, of which one is where `wave(row, column)` is above 0."""
    palette = np.array([[240, 200, 40], [30, 60, 160]], float)

    def colors(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return palette[(wave(300 * u, 300 * v) > 0).astype(int)] + rng.normal(0, 3, (len(u), 3))

    return World(glyph_mask(glyph), colors, stored="JPEG")


def off_colors(points: np.ndarray, world: World) -> float:
    """Percent of the `points (n, 5)` at least 60 levels from the colors of all pixels within two rows and columns."""
    height, width = world.weights.shape
    row, column = np.mgrid[:height, :width]
    pixels = world.colors(row.ravel() / height, column.ravel() / width, np.random.default_rng(0))
    pixels = np.where(world.weights[..., None] > 0, pixels.reshape(height, width, 3), np.inf)
    nearest = np.full(len(points), np.inf)
    for step in np.argwhere(np.ones((5, 5))) - 2:
        near = (points[:, PLACES] + step).clip(0, (height - 1, width - 1))
        nearest = np.minimum(nearest, np.linalg.norm(pixels[tuple(near.T)] - points[:, COLORS], axis=1))
    # Places without pixels nearby are another fault.
    return float(100 * (nearest[np.isfinite(nearest)] > 60).mean())


def print_table(config: Config, chosen: list[str], folder: Path | None) -> None:
    """Train both models on each world, print a row for it, and save what data and models paint."""
    print_head("world", "true: off, AUC", *(f"{model}: off, nats, AUC" for model in MODELS))
    for name in chosen:
        world = worlds()[name]
        train, scaling = training_set(world)
        data = ColoredPoints(torch.from_numpy(train), scaling, (255, 255, 255))
        true, fresh = (world.draw(N_POINTS, np.random.default_rng(seed)) for seed in (1, 2))
        cells = [f"{off_colors(fresh, world):.1f}, {told_apart(fresh, true)[0]:.3f}"]
        painted = [paint(train, data.canvas)]
        for model in MODELS:
            generator, held_out = trained(dataclasses.replace(config, model=model), data)
            points, nats = generator.sample(N_POINTS, config.seed), sum(evaluate_loss(generator.model, held_out, 0))
            cells.append(f"{off_colors(points, world):.1f}, {nats:.2f}, {told_apart(points, true)[0]:.3f}")
            painted.append(paint(points[: len(train)], data.canvas))
        print_row(name, *cells)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.hstack([np.asarray(picture) for picture in painted])).save(folder / f"{name}.png")


def draw_waves() -> Figure:
    """A letter in checks, and the waves that stand out of its colors."""
    world = worlds()["R in checks 25 x 33"]
    train, scaling = training_set(world)
    x, fields = scaling.to_model(torch.from_numpy(train)), Fields(1, 1)
    fields.start_from((x[:, PLACES] + 0.5) / 300, x[:, COLORS])
    figure = Figure(figsize=(8, 4), dpi=70, layout="constrained")
    letter, plane = figure.subplots(1, 2)
    letter.imshow(paint(train, ColoredPoints(torch.from_numpy(train), scaling).canvas))
    letter.set(title="5,000 points of a checkerboard", xticks=[], yticks=[])
    waves = fields.waves[fields.waves.any(1)]
    plane.scatter(waves[:, 1], waves[:, 0], s=400 / (1 + np.arange(len(waves))) + 4)
    plane.set(title="its waves; the larger, the earlier chosen", xlabel="along columns, k", ylabel="along rows, j")
    plane.set(xlim=(-2, HARMONICS), ylim=(-2, HARMONICS), aspect="equal")
    return figure


def main(arguments: list[str]) -> None:
    """Print the table, or draw the picture of waves."""
    parser = BenchmarkParser("pictures", __doc__)
    parser.add_argument("--world", action="append", choices=worlds(), help="one of the worlds; all without any")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="where to save what data and models paint")
    parser.add_argument("--waves", type=Path, metavar="FILE", help="draw the waves of a checkerboard instead")
    options, config = parser.read(arguments)
    if options.waves:
        return save_plot(options.waves, draw_waves)
    return print_table(config, options.world or list(worlds()), options.save)


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
