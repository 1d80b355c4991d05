"""report.html: one page that says all, and needs no other file. What a browser makes of it is tested beside this."""

import dataclasses
import html
import json
import re
import shlex
from pathlib import Path

import pytest
import torch
from quick import Finished, command_line, new_training, skip_results
from runs.history import a_history

from data.points import ColoredPoints, read_points
from main import main
from models.generator import Generator
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.page import page
from utils.runs.run import FreshRun
from utils.settings.config import Config

LOSSES = {"heldout_reconstruction": 17.5, "heldout_kl": 3.25, "one_normal_loss": 23.25, "no_latent_loss": 21.5}


def texts(source: str) -> list[str]:
    """The texts of a page."""
    shown = re.sub(r"<(style|script)\b.*?</\1>", "", source, flags=re.DOTALL)
    return [" ".join(html.unescape(text).split()) for text in re.split("<[^>]*>", shown) if text.strip()]


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


def test_where_scripts_are_off_there_is_the_map_and_no_word_about_moving(source: str):
    at_once = texts(re.sub(r"<(\w+) [^>]*hidden.*?</\1>", "", source, flags=re.DOTALL))

    assert "latent 2" in at_once
    assert any("arrow keys" in text for text in texts(source))
    assert not any(re.search("arrow keys|ring", text) for text in at_once)


def test_the_page_has_the_verdict_the_figures_and_where_they_come_from(source: str, finished: Finished):
    metrics = json.loads((finished.result / "attention" / "metrics.json").read_text())

    assert metrics["verdict"] in " ".join(texts(source))
    made = {f"fingerprint {read_points(finished.data).fingerprint()}", torch.__version__, "epochs=2"}
    assert made | {f"{metrics['c2st_auc']['real']:.3f}"} <= {*texts(source)}
    assert "learning_rate=0.004" not in texts(source), "the default"


def test_the_script_begins_where_a_point_of_the_data_is(source: str, finished: Finished):
    known = json.loads(re.findall(r'id="known">(.*?)</script>', source)[0])
    means = FreshRun(finished.result / "attention", read_points(finished.data), Evaluation()).map.means

    for axis, place, mean in zip(known["axes"], known["start"], means[0], strict=True):
        assert axis[place] == min(axis, key=lambda value: abs(float(value) - mean))


@pytest.mark.usefixtures("without_figures")
def test_the_command_on_the_page_repeats_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    main(command_line(folder, tmp_path / "a result", "model=vanilla"))
    out = tmp_path / "a result" / "vanilla"
    # Points that are drawn anew from the same model have another command.
    main(["--config", str(out / "config.yaml"), "retrain=false", "n_generate=70", "seed=3"])

    folders = (out / "seed3_n70", out)
    pages = [texts((results / "report.html").read_text(encoding="utf-8")) for results in folders]
    commands = [next(text for text in page if " --config " in text) for page in pages]
    skip_results(monkeypatch)
    for results, command in zip(folders, commands, strict=True):
        before = (results / "generated.npy").read_bytes()
        main(shlex.split(command)[2:])
        assert (results / "generated.npy").read_bytes() == before


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    ("p", "p_of_copies", "mark"), [(None, None, "?"), (0.5, 1.0, "✓"), (0.001, 1.0, "✗"), (0.5, 0.001, "✗")]
)
def test_the_verdict_is_marked_and_the_loss_stands_beside_its_yardsticks(
    config: Config, points: ColoredPoints, p: float | None, p_of_copies: float | None, mark: str
):
    """With too few points for a verdict, there is a page as well."""
    config = dataclasses.replace(config, data_path="<&there>")
    model = new_training(points, config).model.eval()
    generator = Generator(model, points.scaling, dataclasses.asdict(config), "abc")
    auc = {} if p is None else {"c2st_auc": Measured(0.6, 0.5, p, error=0.02, detectable=0.57)}
    evaluation = Evaluation(auc | {"copies": Measured(0.25, 0.0, p_of_copies)}, model=LOSSES | {"active_units": 2})
    run = FreshRun(config.output, points, evaluation)
    vars(run).update(config=config, generator=generator, history=a_history(1), samples=generator.sample(50, 1))

    shown = texts(page(run))

    assert f"{mark} {evaluation.conclusion}".upper() in " ".join(shown).upper()
    expected = {"20.75", "23.25", "21.50", "25.0%", "3 min", "data_path=<&there>"}
    assert expected | ({evaluation.power, "0.60 ± 0.02"} if auc else set()) <= {*shown}
    # Other code than today's, which has no name here, trained the model.
    assert any(text.startswith("This repeats the run only with the code that trained") for text in shown)
