"""What training leaves in its folder, and under what a run may go on."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from quick import new_training

from data.points import ColoredPoints
from models.generator import load_generator
from utils.runs.run import Run
from utils.settings.config import Config, load_config
from utils.system.errors import InputError
from utils.training.checkpoint import Record, load_trained, read_checkpoint
from utils.training.loop import Epoch


def an_epoch(number: int) -> Epoch:
    return Epoch(number, 0.5, 0.001, 20.0 - number / 1000, 3.0, 0.2, 21.0, 3.5, 0.25)


def test_after_each_epoch_the_history_the_model_and_the_checkpoint_are_on_the_disk(record: Record):
    counts = []

    def add(epoch: Epoch) -> None:
        record.add(epoch)
        drawn = load_generator(record.folder / "model.pt").sample(10, seed=1)
        assert np.array_equal(drawn, record.generator.sample(10, seed=1))
        saved, history = read_checkpoint(record.folder), Run(record.folder).history
        assert (Config(**saved["config"]), saved["fingerprint"]) == (record.config, record.generator.fingerprint)
        assert saved["epochs"] == record.epochs
        assert history["parameter_kl"].tolist() == [epoch.parameter_kl for epoch in record.epochs]
        counts.append(len(saved["epochs"]))

    record.training.run(add)

    assert counts == [1, 2]


@pytest.mark.parametrize(("every", "painted"), [(True, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (9, [5]), (False, [])])
def test_the_generator_is_painted_after_every_kth_epoch_and_after_the_last(
    record: Record, every: bool | int, painted: list[int]
):
    record.config = dataclasses.replace(record.config, epochs=5, gen_every_epochs=every)

    for number in range(1, 6):
        record.add(an_epoch(number))

    names = [path.name for path in sorted((record.folder / "epochs").iterdir())]
    assert names == [f"epoch_{number:03}.png" for number in painted]


def test_a_film_of_many_epochs_has_a_hundred_frames_from_the_first_epoch_to_the_last(
    record: Record, monkeypatch: pytest.MonkeyPatch
):
    captions = []
    monkeypatch.setattr("utils.training.checkpoint.save_film", lambda path, data, frames, names: captions.extend(names))
    record.epochs = [an_epoch(number) for number in range(1, 131)]
    for number in range(1, 131):
        Image.new("RGB", (1, 1)).save(record.folder / "epochs" / f"epoch_{number:03}.png")

    record.save_film()

    assert len(captions) == 100
    assert captions[::99] == [f"epoch {number}   beta 0.50   KL 3.0 nats" for number in (1, 130)]


def resumed(record: Record, points: ColoredPoints, **changes: Any) -> Record:
    """`record` as it is resumed under changed settings, after it came to its end."""
    record.training.run(record.add)
    config = dataclasses.replace(record.config, **changes)
    again = Record(config, new_training(points, config), points)
    again.resume()
    return again


def test_resuming_brings_back_epochs_and_step_under_the_settings_of_today(
    record: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.training.checkpoint.code_version", lambda: "new")
    record.generator.code = "old"
    free = {"num_workers": 2, "n_generate": 7, "gen_every_epochs": 0, "keep_runs": 3, "epochs": 7, "compile": "never"}

    again = resumed(record, points, **free, data_path="elsewhere")

    assert again.epochs == record.epochs
    assert again.training.step == record.training.step == 12
    assert load_config(record.folder / "config.yaml") == again.config
    saved = load_generator(record.folder / "model.pt")
    assert saved.config["n_generate"] == 7
    assert saved.code == read_checkpoint(record.folder)["code"] == "old, from epoch 3 by new"
    assert capsys.readouterr().out.startswith("compile changed: the last digits may differ")


def test_a_run_with_more_epochs_than_it_should_have_is_not_resumed(record: Record, points: ColoredPoints):
    with pytest.raises(InputError, match="set epochs to that or more"):
        resumed(record, points, epochs=1)


def test_other_data_are_refused(record: Record, points: ColoredPoints):
    others = ColoredPoints(torch.flip(points.points, [0]), points.scaling)

    with pytest.raises(InputError, match=r"data in data_path .*train anew"):
        resumed(record, others)
    with pytest.raises(InputError, match=r"data in data_path .*train again"):
        load_trained(record.config, others)


@pytest.mark.parametrize(("name", "value"), [("hidden_dim", 64), ("prior", "normal"), ("model", "attention")])
def test_a_model_of_another_shape_is_refused(record: Record, points: ColoredPoints, name: str, value: int | str):
    record.save()
    other = dataclasses.replace(record.config, **{name: value})
    record.folder.rename(other.output)

    with pytest.raises(InputError, match=rf"{name} \(was {getattr(record.config, name)}, is {value}\).*train again"):
        load_trained(other, points)
