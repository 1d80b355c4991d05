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
from quick import Finished, command_line, skip_results
from runs.history import a_history

from data.points import ColoredPoints, read_points
from data.scaling import Scaling
from main import main
from models.generator import Generator, build_model
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.page import page
from utils.runs.run import FreshRun
from utils.settings.config import Config

LOSSES = {"heldout_reconstruction": 17.5, "heldout_kl": 3.25, "one_normal_loss": 23.25, "no_latent_loss": 21.5}
MODEL = LOSSES | {"active_units": 2}


class Page(HTMLParser):
    """The texts of a page, and those that are there before its script runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.at_once: list[str] = []
        # The elements that are open, and whether each is hidden.
        self.open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "img"):
            self.open.append((tag, "hidden" in dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1][0] not in ("style", "script"):
            self.texts.append(" ".join(data.split()))
            if not any(hidden for _, hidden in self.open):
                self.at_once.append(self.texts[-1])


@pytest.fixture(scope="module")
def source(finished: Finished) -> str:
    return (finished.result / "attention" / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_no_other_file_and_describes_its_pictures(source: str):
    addresses = re.findall(r'(?:src|href)="([^"]*)"', source)
    # Data and generated points; the dots of four plots; and the film.
    assert len([address for address in addresses if address.startswith("data:image/")]) == 7
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert re.findall(r'@import|url\((?!#)|(?<!xmlns=")(?<!xmlns:xlink=")https?://', source) == []
    assert len(re.findall(r'<img [^>]*alt="[^"]', source)) == source.count("<img ") == 3
    assert Page(source).open == []


def test_where_scripts_are_off_there_is_the_map_and_no_word_about_moving(source: str):
    page = Page(source)

    assert "latent 2" in page.at_once
    assert any("arrow keys" in text for text in page.texts)
    assert not any(re.search("arrow keys|ring", text) for text in page.at_once)


def test_the_page_has_the_verdict_the_figures_and_where_they_come_from(source: str, finished: Finished):
    metrics, texts = json.loads((finished.result / "attention" / "metrics.json").read_text()), Page(source).texts

    assert metrics["verdict"] in " ".join(texts)
    expected = {
        f"{metrics['c2st_auc']['real']:.3f}",
        f"fingerprint {read_points(finished.data).fingerprint()}",
        torch.__version__,
        # Of the plots.
        *("data: 300 points", "generated: 200 points", "r: red", "KL, held-out"),
        # Settings that differ from the defaults.
        *("epochs=2", "hidden_dim=8"),
    }
    assert expected - {*texts} == set()
    assert "learning_rate=0.004" not in texts


@pytest.mark.usefixtures("without_figures")
def test_the_command_on_the_page_repeats_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    main(command_line(folder, tmp_path / "a result", "model=vanilla"))
    out = tmp_path / "a result" / "vanilla"
    # Points that are drawn anew from the same model have another command.
    main(["--config", str(out / "config.yaml"), "retrain=false", "n_generate=70", "seed=3"])

    folders = (out / "seed3_n70", out)
    pages = [Page((results / "report.html").read_text(encoding="utf-8")) for results in folders]
    commands = [next(text for text in page.texts if " --config " in text) for page in pages]
    skip_results(monkeypatch)
    for results, command in zip(folders, commands, strict=True):
        before = (results / "generated.npy").read_bytes()
        main(shlex.split(command)[2:])
        assert (results / "generated.npy").read_bytes() == before


def a_page(config: Config, points: ColoredPoints, evaluation: Evaluation, n: int = 50) -> str:
    """The page of a model that has learned nothing."""
    torch.manual_seed(0)
    config = dataclasses.replace(config, model="vanilla", latent_dim=2, hidden_dim=8, n_components=4)
    settings = dataclasses.asdict(config)
    generator = Generator(build_model(settings, points.scaling), points.scaling, settings, "abc")
    run = FreshRun(config.output, points, evaluation)
    vars(run).update(config=config, generator=generator, history=a_history(1), samples=generator.sample(n, 1))
    return page(run)


@pytest.mark.parametrize(
    ("p", "p_of_copies", "mark"), [(None, None, "?"), (0.5, 1.0, "✓"), (0.001, 1.0, "✗"), (0.5, 0.001, "✗")]
)
def test_the_verdict_is_marked_and_the_loss_stands_beside_its_yardsticks(
    points: ColoredPoints, tmp_path: Path, p: float | None, p_of_copies: float | None, mark: str
):
    """With too few points for a verdict, there is a page as well."""
    auc = {} if p is None else {"c2st_auc": Measured(0.6, 0.5, p, error=0.02, detectable=0.57)}
    evaluation = Evaluation(auc | {"copies": Measured(0.25, 0.0, p_of_copies)}, model=MODEL)

    texts = Page(a_page(Config(result_path=str(tmp_path), data_path="<&there>"), points, evaluation)).texts

    assert f"{mark} {evaluation.conclusion}".upper() in " ".join(texts).upper()
    expected = {"20.75", "23.25", "21.50", "25.0%", "3 min", "data_path=<&there>"}
    assert expected | ({evaluation.power, "0.60 ± 0.02"} if auc else set()) <= {*texts}
    # Other code than today's, which has no name here, trained the model.
    assert any(text.startswith("This repeats the run only with the code that trained") for text in texts)


def test_the_page_of_a_large_picture_and_a_long_film_has_4_mb_or_less(tmp_path: Path, rng: np.random.Generator):
    places = rng.integers(0, [3000, 4000], (50_000, 2))
    points = torch.from_numpy(np.column_stack([places, rng.integers(0, 256, (50_000, 3))]))
    config = Config(model="vanilla", result_path=str(tmp_path))
    config.output.mkdir(parents=True)
    (config.output / "training.gif").write_bytes(b"GIF" + bytes(5_000_000))

    html = a_page(config, ColoredPoints(points, Scaling((3000, 4000))), Evaluation(model=MODEL), n=50_000)

    assert len(html.encode()) < 4e6


@pytest.mark.usefixtures("without_figures")
def test_the_script_begins_where_a_point_of_the_data_is(points: ColoredPoints, tmp_path: Path):
    points.points[:] = points.points[0]

    html = a_page(Config(result_path=str(tmp_path)), points, Evaluation(model=MODEL))

    known = json.loads(re.findall(r'id="known">(.*?)</script>', html)[0])
    # Of an untrained model, the map is the picture, whose height and width are 5 latents.
    expected = 5 * ((points.points[0, :2] + 0.5) / 60 - 0.5)
    start = [float(axis[place]) for axis, place in zip(known["axes"], known["start"], strict=True)]
    assert start[::-1] == pytest.approx(expected.tolist(), abs=0.5)
