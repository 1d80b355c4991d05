import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from data.points import ColoredPoints
from models.generator import Generator, build_model
from utils.evaluation.likelihood import posterior_means
from utils.program.errors import InputError
from utils.run import NEEDED, Run, read_history, true_settings
from utils.settings.config import Config


@pytest.fixture
def run(quick: Config, points: ColoredPoints, tmp_path: Path) -> Run:
    """A run of a model that has learned nothing."""
    config = dataclasses.replace(quick, model="vanilla", result_path=str(tmp_path))
    torch.manual_seed(0)
    settings = dataclasses.asdict(config)
    generator = Generator(build_model(settings, points.scaling), points.scaling, settings, "")
    return Run(config, generator, points, {}, generator.sample(20, seed=1))


def test_means_belong_to_the_points_that_are_shown(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.run.MOST_SHOWN", 30)

    assert run.shown.shape == (30, 5)
    assert np.array_equal(run.means, posterior_means(run.generator, run.shown))
    assert np.array_equal(run.map.means, run.means[:, run.map.latents])
    assert run.map is run.map, "the map is computed once"


def test_settings_of_the_training_stay_true_but_for_what_is_drawn_today_and_where(run: Run):
    today = dataclasses.replace(run.config, seed=3, n_generate=7, retrain=False, epochs=99, learning_rate=0.5)

    config = true_settings(today, run.generator.config)

    assert config == dataclasses.replace(run.config, seed=3, n_generate=7, retrain=False)


@pytest.mark.parametrize("content", [None, "epoch,beta\n1,2\n", "a history of nothing\n1\n"])
def test_a_history_that_is_missing_or_lacks_columns_is_refused(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "history.csv").write_text(content)

    with pytest.raises(InputError, match=r"history\.csv: cannot be read .*train again"):
        read_history(tmp_path)


def test_a_history_of_another_version_may_have_more_columns(tmp_path: Path):
    names = (*NEEDED, "temperature")
    (tmp_path / "history.csv").write_text(f"{','.join(names)}\n{','.join('123456789'[: len(names)])}\n")

    assert {name: values.tolist() for name, values in read_history(tmp_path).items()} == {
        name: [number] for number, name in enumerate(names, 1)
    }
