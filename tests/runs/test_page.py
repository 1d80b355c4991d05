"""report.html: one page that says all, and needs no other file. What a browser makes of it is tested beside this."""

import dataclasses
import json
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from quick import Finished, command_line, skip_results

from data.points import ColoredPoints, read_points
from data.scaling import Scaling
from main import main
from models.generator import Generator, build_model
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.page import write_page
from utils.runs.run import Run
from utils.settings.config import Config, load_config

MODEL = {"heldout_reconstruction": 17.5, "heldout_kl": 3.25, "active_units": 2}
TOO_FEW = Evaluation(50, 30, measured={"copies": Measured(0.25, real=0.0)}, model=MODEL)
LOSSES = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl")


class Page(HTMLParser):
    """The texts and the addresses of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] not in ("style", "script"):
            self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def page(finished: Finished) -> Page:
    return Page(finished.result / "attention" / "report.html")


def test_the_page_needs_no_other_file(page: Page, finished: Finished):
    # The person's picture, data and generated points; the dots of four plots; positions; and the film.
    assert len([address for address in page.addresses if address.startswith("data:image/")]) == 9
    assert [address for address in page.addresses if not address.startswith(("data:", "#"))] == []
    assert page.open == []
    source = (finished.result / "attention" / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"@import|url\((?!#)|https?://", source) == []


def test_the_page_has_the_verdict_the_figures_and_where_they_come_from(page: Page, finished: Finished):
    metrics = json.loads((finished.result / "attention" / "metrics.json").read_text())
    text = " ".join(page.texts)

    assert metrics["verdict"][1:] in text
    assert f"{metrics['energy_distance']['value']:.4f}" in page.texts
    assert f"fingerprint {read_points(finished.data).fingerprint()}" in page.texts
    assert torch.__version__ in page.texts
    # Of the plots.
    for name in ("data: 300 points", "generated: 200 points", "r: red", "KL, held-out"):
        assert name in page.texts
    # Settings that differ from the defaults.
    settings = vars(load_config(finished.result / "attention" / "config.yaml"))
    listed = [text.partition("=")[0] for text in page.texts if re.fullmatch(r"\w+=.*", text)]
    assert listed == [name for name, value in settings.items() if value != getattr(Config(), name)]


@pytest.mark.usefixtures("without_figures")
def test_the_command_on_the_page_repeats_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    main(command_line(folder, tmp_path / "a result", "model=vanilla"))
    out = tmp_path / "a result" / "vanilla"
    # Points that are drawn anew from the same model have another command.
    main(["--config", str(out / "config.yaml"), "retrain=false", "n_generate=70", "seed=3"])

    folders = (out / "seed3_n70", out)
    commands = [next(text for text in Page(f / "report.html").texts if " --config " in text) for f in folders]
    skip_results(monkeypatch)
    for results, command in zip(folders, commands, strict=True):
        before = (results / "generated.npy").read_bytes()
        main(shlex.split(command)[2:])
        assert (results / "generated.npy").read_bytes() == before


def a_page(config: Config, points: ColoredPoints, found: Evaluation, n: int = 50) -> Path:
    """The page of a model that has learned nothing."""
    torch.manual_seed(0)
    config = dataclasses.replace(config, latent_dim=2, hidden_dim=8, n_components=4)
    settings = dataclasses.asdict(config)
    generator = Generator(build_model(settings, points.scaling), points.scaling, settings, "abc")
    config.output.mkdir(parents=True, exist_ok=True)
    history = dict.fromkeys((*LOSSES, "beta", "epoch"), np.ones(1)) | {"seconds": np.array([200.0])}
    parts = {"settings": settings, "generator": generator, "data": points, "history": history, "evaluation": found}
    write_page(Run(config.output, samples=generator.sample(n, 1), **parts), {"comparison.png": Figure()})
    return config.output / "report.html"


def test_with_too_few_points_for_a_verdict_and_nothing_else_there_is_a_page(points: ColoredPoints, tmp_path: Path):
    config = Config(model="vanilla", result_path=str(tmp_path), data_path="<&there>")

    page = Page(a_page(config, points, TOO_FEW))

    assert any(text.startswith("? No verdict: ") for text in page.texts)
    assert "data_path=<&there>" in page.texts
    assert "25.0%" in page.texts
    assert "3 min" in page.texts


@pytest.mark.parametrize(("p", "p_of_copies", "mark"), [(0.5, 1.0, "✓"), (0.001, 1.0, "✗"), (0.5, 0.001, "✗")])
def test_the_verdict_is_marked_by_what_was_found(
    points: ColoredPoints, tmp_path: Path, p: float, p_of_copies: float, mark: str
):
    figures = {
        "c2st_auc": Measured(0.6, 0.5, p, error=0.02, detectable=0.57),
        "copies": Measured(0.25, 0.0, p_of_copies),
    }
    found = Evaluation(50, 30, 50, figures, model=MODEL)

    page = Page(a_page(Config(model="vanilla", result_path=str(tmp_path)), points, found))

    assert f"{mark} {found.conclusion}" in page.texts
    assert found.power in page.texts
    assert "0.60 ± 0.02" in page.texts


def test_the_page_of_a_large_picture_and_a_long_film_has_3_mb_or_less(tmp_path: Path, rng: np.random.Generator):
    places = rng.integers(0, [3000, 4000], (50_000, 2))
    points = torch.from_numpy(np.column_stack([places, rng.integers(0, 256, (50_000, 3))]))
    config = Config(model="vanilla", result_path=str(tmp_path))
    config.output.mkdir(parents=True)
    (config.output / "training.gif").write_bytes(b"GIF" + bytes(5_000_000))

    path = a_page(config, ColoredPoints(points, Scaling((3000, 4000))), TOO_FEW, n=50_000)

    assert path.stat().st_size < 3e6
