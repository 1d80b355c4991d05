import dataclasses
from pathlib import Path

import pytest
import torch
from utils.runs.record import Record

from data.points import ColoredPoints
from models.generator import build_model
from utils.settings.config import Config
from utils.training.loop import Training


@pytest.fixture
def config(quick: Config, tmp_path: Path) -> Config:
    """Settings of a quick run of the vanilla model, whose folder is there."""
    config = dataclasses.replace(quick, model="vanilla", result_path=str(tmp_path / "result"))
    config.output.mkdir(parents=True)
    return config


@pytest.fixture
def record(config: Config, points: ColoredPoints) -> Record:
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config), points.scaling)
    training = Training(model, *points.split(config.holdout, config.seed), config)
    return Record(config, training, points)
