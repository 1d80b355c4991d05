"""The lines that a run prints."""

import dataclasses
from pathlib import Path

from data.points import ColoredPoints
from utils.evaluation.metrics import Measured
from utils.evaluation.verdict import Evaluation
from utils.runs.console import describe_data, describe_result, describe_training, suggestion
from utils.settings.config import Config
from utils.training.checkpoint import Record

MODEL = {
    "heldout_reconstruction": 14.5,
    "heldout_kl": 3.25,
    "heldout_iwae": -17.5,
    "active_units": 4,
    "n_shown": 135_000,
}
GOOD = Evaluation(5000, 500, 5000, {"off_support": Measured(0.011, 0.007, 0.5)}, model=MODEL)


def test_the_data_are_counted(points: ColoredPoints):
    assert describe_data(Config(data_path="there"), points) == "data: 300 points from there"


def test_the_model_and_the_points_it_is_trained_on_are_counted(config: Config, record: Record):
    n_weights = sum(weight.numel() for weight in record.training.model.parameters())

    line, threads, note, warning = describe_training(config, record.training).splitlines()

    counts = "270 points, 30 held out, 6 steps per epoch, 12 in all"
    assert line == f"training: vanilla VAE, {n_weights:,} weights, {counts}"
    assert threads.startswith("computing on threads=1 of ")
    assert note.startswith("n_components=4 has no effect")
    assert warning.startswith("these are few steps to learn from")


def test_a_setting_without_effect_is_named(config: Config, record: Record):
    for changes, n_notes in (({"n_components": 64}, 0), ({"n_components": 7}, 1), ({"prior": "mixture"}, 0)):
        settings = dataclasses.replace(config, **changes)
        assert describe_training(settings, record.training).count("has no effect") == n_notes


def test_enough_steps_get_no_warning(config: Config, record: Record):
    record.training.n_steps = 500

    assert len(describe_training(config, record.training).splitlines()) == 3


def test_the_result_is_a_sentence_with_its_reservation_then_files_then_the_table():
    lines = describe_result(Path("there/attention"), GOOD).splitlines()

    assert lines[1].startswith("Yes: ")
    assert "of real points, 0.7%." in " ".join(lines[1:3])
    start = lines.index("Look at these files in there/attention/:")
    assert [line.split()[0] for line in lines[start + 1 : start + 4]] == [
        "report.html",
        "generated.png",
        "comparison.png",
    ]
    assert GOOD.table in "\n".join(lines[start:])
    assert lines[-2] == (
        "Loss of a held-out point: 17.75 nats = reconstruction 14.50 + KL 3.25; a tighter bound: 17.50."
    )


def test_a_refused_run_of_few_steps_is_called_young():
    def printed(found: Evaluation, n_shown: int) -> str:
        found = dataclasses.replace(found, model=MODEL | {"n_shown": n_shown})
        return " ".join(describe_result(Path(), found).split())

    refused = dataclasses.replace(GOOD, measured={"off_support": Measured(0.013, 0.009, 0.012)})

    assert "off the shape (real points: 0.9%; p = 0.012). The run is young: it was shown 135,000 points" in printed(
        refused, 135_000
    )
    assert "young" not in printed(refused, 450_000)
    assert "young" not in printed(GOOD, 135_000)


def test_after_one_model_all_models_are_suggested_and_then_data_of_ones_own():
    assert " main.py model=all " in suggestion(Config(model="vanilla"))
    assert " -m data.from_picture " in suggestion(Config(model="all"))
