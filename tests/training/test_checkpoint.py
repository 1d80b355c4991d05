"""What training leaves in its folder, and under what a run may go on."""

import dataclasses
from typing import Any

import pytest
import torch
from quick import new_training

from data.points import ColoredPoints
from models.generator import load_generator
from utils.settings.config import load_config
from utils.system.errors import InputError
from utils.training.checkpoint import Record, load_trained, read_checkpoint
from utils.training.loop import Epoch


@pytest.mark.parametrize(("every", "painted"), [(True, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (False, [])])
def test_the_generator_is_painted_every_kth_epoch_and_at_the_end(record: Record, every: int, painted: list[int]):
    record.config = dataclasses.replace(record.config, epochs=5, gen_every_epochs=every)

    for number in range(1, 6):
        record.add(Epoch(number, *[0.5] * 8))

    assert [int(path.stem[-3:]) for path in sorted((record.folder / "epochs").iterdir())] == painted


def resumed(record: Record, points: ColoredPoints, **changes: Any) -> Record:
    """`record` as it is resumed under changed settings."""
    config = dataclasses.replace(record.config, **changes)
    again = Record(config, new_training(points, config), points)
    again.resume()
    return again


def test_resuming_brings_back_epochs_and_step_under_the_settings_of_today(
    record: Record, points: ColoredPoints, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("utils.training.checkpoint.code_version", lambda: "new")
    record.generator.code = "old"
    record.training.run(record.add)
    free = {"num_workers": 2, "n_generate": 7, "gen_every_epochs": 0, "keep_runs": 3, "epochs": 7, "compile": "never"}

    again = resumed(record, points, **free, data_path="elsewhere")

    assert again.epochs == record.epochs
    assert again.training.step == record.training.step == 12
    assert load_config(record.folder / "config.yaml") == again.config
    saved = load_generator(record.folder / "model.pt")
    assert saved.code == read_checkpoint(record.folder)["code"] == "old, from epoch 3 by new"
    assert capsys.readouterr().out.startswith("compile changed: the last digits may differ")


def test_other_data_and_fewer_epochs_than_there_are_already_are_refused(record: Record, points: ColoredPoints):
    others = ColoredPoints(torch.flip(points.points, [0]), points.scaling)
    record.training.run(record.add)

    with pytest.raises(InputError, match=r"data in data_path .*train anew"):
        resumed(record, others)
    with pytest.raises(InputError, match=r"data in data_path .*train again"):
        load_trained(record.config, others)
    with pytest.raises(InputError, match="set epochs to that or more"):
        resumed(record, points, epochs=1)
