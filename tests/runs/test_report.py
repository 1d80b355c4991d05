import dataclasses

import torch

from data.points import ColoredPoints
from utils.runs.record import Record
from utils.runs.report import describe_data, describe_result, describe_training, suggestion
from utils.settings.config import Config

METRICS = {
    "heldout_reconstruction": 14.5,
    "heldout_kl": 3.25,
    "heldout_iwae": -17.5,
    "active_units": 4,
    "n_generated": 10,
    "n_heldout": 30,
    "ks": {"x": {"value": 0.1, "floor": 0.2}},
    "copies": {"value": 0.0, "floor": 0.0},
    "p": None,
    "verdict": "too few points",
}


def test_the_data_are_counted_and_shared_pixels_mentioned(points: ColoredPoints):
    twice = ColoredPoints(torch.cat([points.points, points.points]), points.scaling)

    assert describe_data(Config(data_path="there"), points) == "data: 300 points from there"
    expected = "data: 600 points from there (300 of them on a pixel that another point has too)"
    assert describe_data(Config(data_path="there"), twice) == expected


def test_the_model_and_the_points_it_is_trained_on_are_counted(config: Config, record: Record):
    n_weights = sum(weight.numel() for weight in record.training.model.parameters())

    line, threads, warning = describe_training(config, record.training).splitlines()

    counts = "270 points, 30 held out, 6 steps per epoch, 12 in all"
    assert line == f"training: vanilla VAE, {n_weights:,} weights, {counts}"
    assert threads.startswith("computing on threads=1 of ")
    assert warning.startswith("these are few steps to learn from")


def test_batches_too_large_for_the_rule_are_said_to_be(config: Config, record: Record):
    larger = describe_training(dataclasses.replace(config, batch_size=1001), record.training)

    assert "batches of more than 1,000 points learn less" in larger
    assert "learn less" not in describe_training(dataclasses.replace(config, batch_size=1000), record.training)


def test_enough_steps_get_no_warning(config: Config, record: Record):
    record.training.n_steps = 500

    assert len(describe_training(config, record.training).splitlines()) == 2


def test_the_result_is_the_loss_and_its_terms_the_bound_and_the_verdict():
    lines = describe_result(Config(result_path="there"), METRICS).splitlines()

    assert lines[0] == "held-out loss (nats per point): 17.75 = reconstruction 14.50 + KL 3.25"
    assert lines[1] == "(at most 17.50 by importance weighting); 4 active latents"
    assert lines[-2] == "verdict: too few points"
    assert lines[-1].startswith("open there/attention/report.html first; all files are in ")


def test_after_one_model_all_models_are_suggested_and_then_data_of_ones_own():
    assert " main.py seed=3 model=both " in suggestion(Config(model="vanilla"), ["model=vanilla", "seed=3"])
    assert " -m data.from_picture " in suggestion(Config(model="both"))
