import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from utils.runs.record import Record, read_checkpoint

from data.points import ColoredPoints
from models.generator import load_generator
from utils.evaluation.likelihood import evaluate_loss
from utils.runs.run import CURVES, read_history
from utils.settings.config import Config, load_config
from utils.system.errors import InputError
from utils.training.loop import Epoch, Training


def an_epoch(number: int) -> Epoch:
    return Epoch(number, 0.5, 0.001, 20.0 - number / 1000, 3.0, 21.0, 3.5, 0.25)


def test_after_each_epoch_the_history_the_model_and_the_checkpoint_are_on_the_disk(record: Record):
    counts = []

    def add(epoch: Epoch) -> None:
        record.add(epoch)
        drawn = load_generator(record.folder / "model.pt").sample(10, seed=1)
        assert np.array_equal(drawn, record.generator.sample(10, seed=1))
        saved, history = read_checkpoint(record.folder), read_history(record.folder)
        assert (Config(**saved["config"]), saved["fingerprint"]) == (record.config, record.fingerprint)
        assert saved["epochs"] == [dataclasses.astuple(epoch) for epoch in record.epochs]
        assert {name: history[name].tolist() for name in CURVES} == {
            name: record.history[name].tolist() for name in CURVES
        }
        counts.append(len(saved["epochs"]))

    record.training.run(add)

    assert counts == [1, 2]
    text = (record.folder / "history.csv").read_text()
    assert text.splitlines()[0].split(",") == [field.name for field in dataclasses.fields(Epoch)]


@pytest.mark.parametrize(("every", "painted"), [(True, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (9, [5]), (False, [])])
def test_the_generator_is_painted_after_every_kth_epoch_and_after_the_last(
    config: Config, points: ColoredPoints, record: Record, every: bool | int, painted: list[int]
):
    config = dataclasses.replace(config, epochs=5, gen_every_epochs=every)
    record = Record(config, record.training, points)

    for number in range(1, 6):
        record.add(an_epoch(number))

    names = [path.name for path in sorted((config.output / "epochs").iterdir())]
    assert names == [f"epoch_{number:03}.png" for number in painted]


@pytest.mark.usefixtures("without_figures")
def test_a_film_of_many_epochs_has_a_hundred_frames_from_the_first_epoch_to_the_last(
    record: Record, monkeypatch: pytest.MonkeyPatch
):
    captions = []
    monkeypatch.setattr("utils.runs.record.save_film", lambda path, data, frames, names: captions.extend(names))
    record.epochs = [an_epoch(number) for number in range(1, 131)]
    for number in range(1, 131):
        Image.new("RGB", (1, 1)).save(record.folder / "epochs" / f"epoch_{number:03}.png")

    record.plot()

    assert len(captions) == 100
    assert captions[0] == "epoch 1   beta 0.50   KL 3.0 nats"
    assert captions[-1] == "epoch 130   beta 0.50   KL 3.0 nats"


def test_the_training_curves_and_the_loss_of_held_out_points_are_those_of_the_epochs(record: Record):
    record.plot()
    assert list(record.folder.rglob("*.*")) == [], "before the first epoch, there is nothing to draw"

    record.training.run(record.add)
    record.plot()

    assert Image.open(record.folder / "loss.png").size == (650, 650)
    held_out = evaluate_loss(record.training.model, record.training.held_out, record.config.seed)
    assert (record.epochs[-1].heldout_reconstruction, record.epochs[-1].heldout_kl) == held_out


def resumed(record: Record, points: ColoredPoints, **changes: Any) -> Record:
    """`record` as it is resumed under changed settings, after it came to its end."""
    record.training.run(record.add)
    config = dataclasses.replace(record.config, **changes)
    again = Record(config, Training(record.training.model, *points.split(0.1, config.seed), config), points)
    again.resume()
    return again


def test_resuming_brings_back_epochs_and_step_under_the_settings_of_today(
    record: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str]
):
    free = {"num_workers": 2, "n_generate": 7, "gen_every_epochs": 0, "keep_runs": 3, "epochs": 7}

    again = resumed(record, points, **free, data_path="elsewhere")

    assert again.epochs == record.epochs
    assert again.training.step.n_done == record.training.step.n_done == 12
    assert load_config(record.folder / "config.yaml") == again.config
    assert load_generator(record.folder / "model.pt").config["n_generate"] == 7
    assert "changed" not in capsys.readouterr().out


def test_what_changes_the_last_digits_may_change_with_a_line(
    record: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str]
):
    resumed(record, points, compile="never")

    assert "compile changed: the last digits may differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"learning_rate": 0.01, "seed": 3},
            r"other settings: learning_rate \(was 0\.004, is 0\.01\), seed \(was 10, is 3\); set them back",
        ),
        ({"epochs": 1}, "has 2 epochs already; set epochs to that or more"),
    ],
)
def test_a_run_of_other_settings_is_refused(
    record: Record, points: ColoredPoints, changes: dict[str, Any], complaint: str
):
    with pytest.raises(InputError, match=complaint):
        resumed(record, points, **changes)


def test_a_run_on_other_data_is_refused(record: Record, points: ColoredPoints):
    others = ColoredPoints(torch.flip(points.points, [0]), points.scaling)

    with pytest.raises(InputError, match=r"checkpoint\.pt: belongs to other data than"):
        resumed(record, others)
