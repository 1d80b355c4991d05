"""Every picture that a run leaves behind, drawn from arrays."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageDraw, ImageFont

# Two colors that are told apart with any kind of color vision (Okabe & Ito 2008), and a gray for what is behind them.
BLUE, ORANGE, GRAY = "#0072B2", "#D55E00", "#999999"
COORDINATES = (
    ("x", "row (pixels)"),
    ("y", "column (pixels)"),
    ("r", "red (0 to 255)"),
    ("g", "green (0 to 255)"),
    ("b", "blue (0 to 255)"),
)
FRAME_MS, LAST_FRAME_MS = 80, 3000
FILM_GAP, FILM_CAPTION = 8, 16


def paint(points: np.ndarray, height: int, width: int) -> Image.Image:
    """The picture that `points (n, 5)` draw on black, one pixel a point, upright as the input picture is."""
    canvas = np.zeros((height, width, 3), np.uint8)
    for block in np.array_split(points, 1 + len(points) // 1_000_000):
        canvas[block[:, 0], block[:, 1]] = block[:, 2:]
    return Image.fromarray(canvas)


def save_film(path: Path, data: Image.Image, frames: Sequence[Image.Image], captions: Sequence[str]) -> None:
    """Write an endless GIF: `data` on the left, `frames` on the right, each over its caption; the last one stays."""
    width, height = data.size
    # Pillow's own font knows no Greek; matplotlib brings one that does.
    font = ImageFont.truetype(findfont("DejaVu Sans"), 11)
    pages = []
    for frame, caption in zip(frames, captions, strict=True):
        page = Image.new("RGB", (2 * width + FILM_GAP, height + FILM_CAPTION))
        page.paste(data)
        page.paste(frame, (width + FILM_GAP, 0))
        draw = ImageDraw.Draw(page)
        for text, left in (("data", 0), (caption, width + FILM_GAP)):
            draw.text((left + width / 2, height + FILM_CAPTION / 2), text, font=font, fill="white", anchor="mm")
        pages.append(page)
    # One palette for all, so that what does not change between two pages is not stored again.
    palette = pages[-1].quantize(128)
    pages = [page.quantize(palette=palette, dither=Image.Dither.NONE) for page in pages]
    durations = [FRAME_MS] * (len(pages) - 1) + [LAST_FRAME_MS]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=durations, loop=0)


def save_loss_curves(path: Path, title: str, history: dict[str, np.ndarray]) -> None:
    """Draw the columns of history.csv: above reconstruction and its sum with the KL, below the KL beside beta."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    _draw_losses(above, below, history)
    above.set(title=title)
    figure.savefig(path, dpi=110)


def save_compared(
    path: Path,
    data: Image.Image,
    histories: dict[str, dict[str, np.ndarray]],
    pictures: dict[str, Image.Image],
    figures: dict[str, dict[str, str]],
) -> None:
    """Draw models side by side, by their names: curves, below what each paints beside the `data`, below its figures."""
    names = list(histories)
    figure = Figure(figsize=(6.5 * len(names), 15), layout="constrained")
    curves, paintings, table = figure.subfigures(3, 1, height_ratios=(7, 5.5, 2.2))
    axes = curves.subplots(2, len(names), sharex="col", sharey="row", squeeze=False)
    for (above, below), name in zip(axes.T, names, strict=True):
        _draw_losses(above, below, histories[name])
        above.set_title(f"{name} VAE", fontsize="x-large")
    panels = paintings.subplots(1, 1 + len(names))
    for panel, (name, picture) in zip(panels, {"data": data, **pictures}.items(), strict=True):
        panel.imshow(picture, interpolation="nearest")
        panel.set(title=name, xticks=[], yticks=[])
    rows = list(figures[names[0]])
    axes = table.subplots()
    axes.axis("off")
    cells = axes.table(
        [[figures[name][row] for name in names] for row in rows],
        rowLabels=rows,
        colLabels=[f"{name} VAE" for name in names],
        colWidths=[0.62 / len(names)] * len(names),
        loc="center right",
        cellLoc="center",
        edges="horizontal",
    )
    cells.auto_set_font_size(False)
    cells.set_fontsize(11)
    cells.scale(1, 1.5)
    figure.savefig(path, dpi=80)


def _draw_losses(above: Axes, below: Axes, history: dict[str, np.ndarray]) -> None:
    """Reconstruction and its sum with the KL above, the KL beside beta below; every second cycle of beta is shaded."""
    epoch = history["epoch"]
    for part, style in (("train", "-"), ("heldout", "--")):
        name = part.replace("heldout", "held-out")
        reconstruction, kl = history[f"{part}_reconstruction"], history[f"{part}_kl"]
        total = reconstruction + kl
        above.plot(epoch, total, style, color=BLUE, label=f"total, {name}: {total[-1]:.2f} at the end")
        label = f"reconstruction, {name}: {reconstruction[-1]:.2f}"
        above.plot(epoch, reconstruction, style, color=ORANGE, label=label)
        below.plot(epoch, kl, style, color=BLUE, label=f"KL, {name}: {kl[-1]:.2f} at the end")
    above.set(ylabel="loss (nats a point)")
    below.set(xlabel="epoch", ylabel="KL divergence (nats a point)", ylim=(0, None))
    beta = below.twinx()
    beta.plot(epoch, history["beta"], ":", color="black", linewidth=1.2, label="β, the KL's weight")
    beta.set(ylabel="β", ylim=(0, max(1e-9, history["beta"].max()) * 1.05))
    # A new cycle begins where beta falls back.
    begins = [0.5, *(epoch[1:][np.diff(history["beta"]) < 0] - 0.5), epoch[-1] + 0.5]
    for axes in (above, below):
        for left, right in list(pairwise(begins))[::2]:
            axes.axvspan(left, right, color=GRAY, alpha=0.15, linewidth=0)
        axes.grid(alpha=0.3)
        axes.set_xlim(min(1, epoch[-1] - 0.5), epoch[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    lines, dots = below.get_legend_handles_labels(), beta.get_legend_handles_labels()
    # On the uppermost axes: else the dots of beta would run through the legend.
    beta.legend(lines[0] + dots[0], lines[1] + dots[1], fontsize="small")
    above.legend(ncols=2, fontsize="small")


def save_comparison(
    path: Path,
    title: str,
    data: np.ndarray,
    generated: np.ndarray,
    size: tuple[int, int],
    suspects: np.ndarray | None = None,
    scores: np.ndarray | None = None,
) -> None:
    """Draw data beside generated points, in true color, and below the five coordinates of both as histograms.

    `size` is the picture's height and width. A third panel has a classifier's opinion: its `scores (n,)` for points
    `suspects (n, 5)` of both kinds, from -0.5 where it is sure of data to 0.5 where it is sure of a generated point.
    """
    height, width = size
    figure = Figure(figsize=(17, 9), layout="constrained")
    figure.suptitle(textwrap.fill(title, 130), fontsize="x-large")
    pictures, marginals = figure.subfigures(2, 1, height_ratios=(2, 1))
    panels = pictures.subplots(1, 2 if suspects is None else 3, sharey=True)
    for axes, name, points in zip(panels, ("data", "generated"), (data, generated), strict=False):
        _scatter(axes, points[:, 1], points[:, 0], points[:, 2:])
        axes.set_title(f"{name}: {len(points):,} points")
    panels[0].set_ylabel("x: row (pixels)")
    if suspects is not None:
        dots = panels[2].scatter(
            suspects[:, 1], suspects[:, 0], s=5, c=scores, linewidths=0, cmap="PuOr_r", vmin=-0.5, vmax=0.5
        )
        panels[2].set(title="where a classifier sees a difference", facecolor="black")
        bar = pictures.colorbar(dots, ax=panels[2], shrink=0.8, ticks=[-0.5, 0, 0.5])
        bar.ax.set_yticklabels(["looks\nlike data", "cannot\ntell", "looks\ngenerated"])
    for axes in panels:
        axes.set(xlabel="y: column (pixels)", xlim=(0, width), ylim=(height, 0), aspect="equal")
    for i, (axes, (coordinate, unit)) in enumerate(zip(marginals.subplots(1, 5), COORDINATES, strict=True)):
        low, high = data[:, i].min(), data[:, i].max() + 1
        # Whole numbers in each bin, the same count in all: else the histogram of integers grows teeth.
        bins = np.arange(low, high + (step := max(1, round((high - low) / 40))), step)
        looks = {
            "data": {"color": GRAY, "alpha": 0.6},
            "generated": {"color": BLUE, "histtype": "step", "linewidth": 1.5},
        }
        for name, points in (("data", data), ("generated", generated)):
            axes.hist(points[:, i], bins, weights=np.full(len(points), 1 / len(points)), label=name, **looks[name])
        axes.set(title=coordinate, xlabel=unit, yticks=[])
        if i == 0:
            axes.set_ylabel("share of the points")
    marginals.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.savefig(path, dpi=90)


def save_latent(
    path: Path,
    title: str,
    latents: tuple[int, int],
    means: np.ndarray,
    colors: np.ndarray,
    prior: tuple[np.ndarray, np.ndarray, np.ndarray] | None,
    traversals: dict[int, list[np.ndarray]],
    steps: Sequence[int],
    size: tuple[int, int],
) -> None:
    """Draw posterior means `(n, 2)` of two `latents`, each in its color `(n, 3)`, over contours of the `prior`.

    `prior` is the density `(up, across)` after the places across and up. Beside it, a row of `traversals` a latent: the
    points `(k, 5)`, in pictures of height and width `size`, that belong to its `steps`.
    """
    figure = Figure(figsize=(15, 7), layout="constrained")
    figure.suptitle(title, fontsize="x-large")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.15))
    axes = left.subplots()
    if prior:
        across, up, density = prior
        levels = density.max() * np.array([0.01, 0.03, 0.1, 0.3, 0.7])
        axes.contour(across, up, density, levels, colors="white", linewidths=0.7, alpha=0.55)
    _scatter(axes, means[:, 0], means[:, 1], colors)
    names = [f"posterior mean of latent {latent + 1}" for latent in latents]
    axes.set(title="where the encoder puts the points; contours: the prior", xlabel=names[0], ylabel=names[1])
    right.suptitle("what the decoder draws as one latent moves (in standard deviations)")
    panels = right.subplots(len(traversals), len(steps), squeeze=False)
    for row, (latent, drawn) in zip(panels, traversals.items(), strict=True):
        row[0].set_ylabel(f"latent {latent + 1}")
        for panel, points in zip(row, drawn, strict=True):
            _scatter(panel, points[:, 1], points[:, 0], points[:, 2:], area=1)
            panel.set(xticks=[], yticks=[], xlim=(0, size[1]), ylim=(size[0], 0), aspect="equal")
    for panel, step in zip(panels[-1], steps, strict=True):
        panel.set_xlabel(f"{step:+d}" if step else "0")
    figure.savefig(path, dpi=90)


def _scatter(axes: Axes, across: np.ndarray, up: np.ndarray, colors: np.ndarray, area: float = 3) -> None:
    axes.scatter(across, up, s=area, c=colors / 255, linewidths=0)
    axes.set_facecolor("black")
