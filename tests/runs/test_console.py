"""The lines that a run prints."""

import dataclasses
from pathlib import Path

import pytest

from data.points import read_points
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.steps import FIGURES, SAMPLE, describe_result, describe_training, suggestion
from utils.settings.config import Config
from utils.training.checkpoint import Record

MODEL = dict(zip(FIGURES, (14.5, 3.25, -17.5, 20.17, 20.4, 4), strict=True)) | {"n_shown": 135_000}
GOOD = Evaluation({"off_support": Measured(0.011, 0.007, 0.5)}, model=MODEL)


def test_the_model_and_the_points_it_is_trained_on_are_counted(record: Record):
    n_weights = sum(weight.numel() for weight in record.training.model.parameters())

    line, warning = describe_training(record.training).splitlines()

    counts = "270 points, 30 held out, 6 steps per epoch, 12 in all"
    assert line == f"training: vanilla VAE, {n_weights:,} weights, {counts}"
    assert warning.startswith("these are few steps")
    record.training.n_steps = 500
    assert "few steps" not in describe_training(record.training)


def test_the_result_is_a_sentence_with_its_reservation_then_files_then_the_table_then_losses():
    lines = describe_result(Path("there/attention"), GOOD).splitlines()

    assert lines[1].startswith("Yes: ")
    assert "of real points, 0.7%." in " ".join(lines[1:3])
    start = lines.index("Look at these files in there/attention/:")
    files = ["report.html", "generated.png", "comparison.png"]
    assert [line.split()[0] for line in lines[start + 1 : start + 4]] == files
    assert GOOD.table in "\n".join(lines[start:])
    assert lines[-3] == "17.75 nats per held-out point; a decoder without a latent 20.17, one normal 20.40."


@pytest.mark.parametrize(("p", "n_shown", "is_young"), [(0.01, 135_000, True), (0.01, 450_000, False), (0.5, 1, False)])
def test_a_refused_run_of_few_steps_is_called_young(p: float, n_shown: int, is_young: bool):
    measured = {"off_support": Measured(0.013, 0.009, p)}
    run = dataclasses.replace(GOOD, measured=measured, model=MODEL | {"n_shown": n_shown})

    assert ("young" in describe_result(Path(), run)) == is_young


@pytest.mark.parametrize(
    ("fingerprint", "settings", "command"),
    [
        (SAMPLE, {"model": "vanilla"}, " main.py seed=3 model=all "),
        (SAMPLE, {"model": "all"}, " -m data.from_picture "),
        ("theirs", {"model": "all"}, " main.py seed=3 retrain=False n_generate=100000 "),
        ("theirs", {"model": "vanilla", "retrain": False}, " main.py seed=3 model=all "),
        ("theirs", {"model": "vanilla", "n_generate": 200_000}, " main.py seed=3 model=all "),
    ],
)
def test_next_come_more_points_of_ones_own_data_or_all_models_or_data_of_ones_own(
    fingerprint: str, settings: dict[str, object], command: str
):
    assert command in suggestion(Config(**settings), fingerprint, ["seed=3"])


def test_the_bundled_data_are_known():
    assert read_points(Config.data_path).fingerprint() == SAMPLE
