import json

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from data.points import ColoredPoints
from utils.evaluation.likelihood import posterior_means
from utils.evaluation.result import Evaluation
from utils.runs.gallery import draw_run, shown
from utils.runs.record import Record
from utils.settings.config import Config


def test_a_run_leaves_its_figures_its_settings_and_its_pictures(
    config: Config, record: Record, points: ColoredPoints, monkeypatch: pytest.MonkeyPatch
):
    figures: dict[str, Figure] = {}
    monkeypatch.setattr("utils.runs.gallery.save_figure", lambda figure, path, dpi: figures.update({path.name: figure}))
    generated = record.generator.sample(50, seed=1)
    means = posterior_means(record.generator, shown(points))
    found = Evaluation(50, 30, model={"active_units": 3})

    draw_run(config, record.generator, points, generated, means, found)

    assert json.loads((config.output / "metrics.json").read_text()) == found.metrics
    picture = np.asarray(Image.open(config.output / "generated.png"))
    assert picture.shape == (60, 60, 3)
    assert picture[generated[-1, 0], generated[-1, 1]].tolist() == generated[-1, 2:].tolist()
    assert {name: figure.get_suptitle() for name, figure in figures.items()} == {
        "comparison.png": f"vanilla VAE: {found.verdict}",
        "latent.png": "vanilla VAE: latent space, 3 of 4 latents active",
    }
    assert len(figures["comparison.png"].axes[1].collections[0].get_offsets()) == 50


def test_pictures_show_all_points_or_enough(points: ColoredPoints, monkeypatch: pytest.MonkeyPatch):
    assert np.array_equal(shown(points), points.points)

    monkeypatch.setattr("utils.runs.gallery.MOST_SHOWN", 30)

    assert shown(points).shape == (30, 5)
