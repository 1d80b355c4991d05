"""report.html: one page that says all, and needs no other file. What a browser makes of it is tested beside this."""

import dataclasses
import json
import re
import shlex
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from quick import Finished, command_line

from data.points import ColoredPoints, read_points
from data.scaling import Scaling
from main import main
from models.generator import Generator, build_model
from utils.evaluation.figure import Figure
from utils.evaluation.result import ClassifierScores, Evaluation
from utils.program.errors import InputError
from utils.runs.page import write_page
from utils.settings.config import Config, load_config

FOUND = Evaluation(
    n_generated=50,
    n_held_out=30,
    figures={"copies": Figure(0.25, 0.0)},
    ks={name: Figure(0.123, 0.045) for name in "xyrgb"},
    model={"heldout_reconstruction": 17.5, "heldout_kl": 3.25, "active_units": 2},
)


class Page(HTMLParser):
    """The texts and the addresses of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "img", "input", "br"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "srcset", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] not in ("style", "script"):
            self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def page(finished: Finished) -> Page:
    return Page(finished.result / "attention" / "report.html")


def test_the_page_needs_no_other_file(page: Page, finished: Finished):
    assert len([address for address in page.addresses if address.startswith("data:image/")]) >= 6
    assert [address for address in page.addresses if not address.startswith(("data:", "#"))] == []
    assert page.open == []
    source = (finished.result / "attention" / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"@import|url\(|https?://", source) == []


def test_the_page_has_the_verdict_the_figures_and_where_they_come_from(page: Page, finished: Finished):
    metrics = json.loads((finished.result / "attention" / "metrics.json").read_text())
    text = " ".join(page.texts)

    assert metrics["verdict"][1:] in text
    for heading in ("The points", "The latent space", "Training", "Film", "Figures", "Settings", "Where it comes from"):
        assert heading in page.texts
    assert f"{metrics['energy_distance']['value']:.4f}" in page.texts
    assert f"fingerprint {read_points(finished.data).fingerprint()}" in page.texts
    assert torch.__version__ in page.texts
    assert np.__version__ in page.texts


def test_settings_that_differ_from_the_defaults_are_marked(page: Page, finished: Finished):
    marked = [name for name, mark in zip(page.texts, page.texts[1:], strict=False) if mark == "changed"]
    settings = load_config(finished.result / "attention" / "config.yaml")

    assert marked == [name for name, value in vars(settings).items() if value != getattr(Config(), name)]
    assert "epochs" in marked
    assert "seed" not in marked


def test_the_command_on_the_page_repeats_the_run(folder: Path, tmp_path: Path):
    main(command_line(folder, tmp_path / "a result", "model=vanilla"))
    out = tmp_path / "a result" / "vanilla"
    before = (out / "generated.npy").read_bytes()
    command = next(text for text in Page(out / "report.html").texts if " main.py --config" in text)

    main(shlex.split(command)[2:])

    assert (out / "generated.npy").read_bytes() == before
    # Points that are drawn anew from the same model have another command.
    main(["--config", str(out / "config.yaml"), "retrain=false", "n_generate=70", "seed=3"])
    command = next(text for text in Page(out / "report.html").texts if " main.py --config" in text)
    assert command.endswith("retrain=false n_generate=70 seed=3")


def a_page(config: Config, points: ColoredPoints, found: Evaluation, n: int = 50) -> Path:
    """The page of a model that has learned nothing."""
    torch.manual_seed(0)
    settings = vars(config) | {"latent_dim": 2, "hidden_dim": 8, "n_components": 4}
    generator = Generator(build_model(settings, points.scaling), points.scaling, settings, "abc")
    config.output.mkdir(parents=True, exist_ok=True)
    columns = "epoch,beta,learning_rate,train_reconstruction,train_kl,heldout_reconstruction,heldout_kl,seconds"
    (config.output / "history.csv").write_text(f"{columns}\n1,0.5,0.1,9,1,9,1,200\n")
    generated = generator.sample(n, 1)
    means = np.random.default_rng(0).normal(size=(min(len(points), 20_000), 2))
    return write_page(config, generator, points, generated, means, found, {"code": "files <b>"})


def test_with_too_few_points_for_a_verdict_without_film_and_classifier_there_is_a_page(
    points: ColoredPoints, tmp_path: Path
):
    config = Config(model="vanilla", result_path=str(tmp_path), data_path="<&there>")

    page = Page(a_page(config, points, FOUND))

    text = " ".join(page.texts)
    assert "? Too few points for a verdict (50 generated, 30 held out)." in text
    assert "<&there>" in page.texts
    assert "files <b>" in page.texts
    assert "Film" not in page.texts
    assert "25.0%" in page.texts
    assert "3 min" in page.texts


@pytest.mark.parametrize(("p", "p_of_copies", "mark"), [(0.5, 1.0, "✓"), (0.001, 1.0, "✗"), (0.5, 0.001, "✗")])
def test_the_verdict_is_marked_by_what_was_found(
    points: ColoredPoints, tmp_path: Path, p: float, p_of_copies: float, mark: str
):
    figures = {"copies": Figure(0.25, 0.0, p_of_copies), "off_support": Figure(0.1, 0.1, p)}
    found = dataclasses.replace(FOUND, figures=figures)

    page = Page(a_page(Config(model="vanilla", result_path=str(tmp_path)), points, found))

    assert f"{mark} {found.verdict[:1].upper()}{found.verdict[1:]}." in page.texts


def test_the_page_of_a_large_picture_and_a_long_film_has_3_mb_or_less(tmp_path: Path, rng: np.random.Generator):
    places = rng.integers(0, [3000, 4000], (50_000, 2))
    points = ColoredPoints(
        torch.from_numpy(np.column_stack([places, rng.integers(0, 256, (50_000, 3))])), Scaling.of_picture(3000, 4000)
    )
    config = Config(model="vanilla", result_path=str(tmp_path))
    config.output.mkdir(parents=True)
    (config.output / "training.gif").write_bytes(b"GIF" + bytes(5_000_000))

    path = a_page(config, points, FOUND, n=50_000)

    assert path.stat().st_size < 3e6


def test_a_page_that_cannot_be_written_ends_the_run_with_one_line(points: ColoredPoints, tmp_path: Path):
    config = Config(model="vanilla", result_path=str(tmp_path))
    (config.output / "report.html").mkdir(parents=True)

    with pytest.raises(InputError, match=r"report\.html: cannot be written"):
        a_page(config, points, FOUND)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_the_page_adds_less_than_2_seconds_to_a_run_of_the_shipped_settings(tmp_path: Path, model: str):
    points = read_points(Path(__file__).parents[2] / "gen_ml_quiz_content")
    config = Config(model=model, result_path=str(tmp_path))
    settings = vars(config)
    torch.manual_seed(0)
    generator = Generator(build_model(settings, points.scaling), points.scaling, settings, "abc")
    config.output.mkdir(parents=True)
    columns = "epoch,beta,learning_rate,train_reconstruction,train_kl,heldout_reconstruction,heldout_kl,seconds"
    (config.output / "history.csv").write_text(columns + "\n" + "1,0.5,0.1,9,1,9,1,1\n" * 100)
    generated, means = generator.sample(5000, 1), np.random.default_rng(0).normal(size=(5000, 4))
    seen = generated[:500]
    found = dataclasses.replace(FOUND, classifier=ClassifierScores(seen, np.zeros(len(seen))))

    begin = time.process_time()
    write_page(config, generator, points, generated, means, found, {})

    assert time.process_time() - begin < 2
