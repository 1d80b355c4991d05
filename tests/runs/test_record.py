import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from data.points import ColoredPoints
from models.generator import load_generator
from utils.pictures.painting import GAP, LEAST_SIDE
from utils.program.errors import InputError
from utils.runs.checkpoint import read_checkpoint
from utils.runs.record import Record, read_history
from utils.settings.config import Config, load_config
from utils.training.loop import Epoch, Training


def an_epoch(number: int) -> Epoch:
    return Epoch(number, 0.5, 0.001, 20.0 - number / 1000, 3.0, 21.0, 3.5, 0.25)


def test_after_each_epoch_the_history_the_model_and_the_checkpoint_are_on_the_disk(record: Record):
    counts = []

    def add(epoch: Epoch) -> None:
        record.add(epoch)
        record.wait()
        drawn = load_generator(record.folder / "model.pt").sample(10, seed=1)
        assert np.array_equal(drawn, record.generator.sample(10, seed=1))
        counts.append((len(read_history(record.folder)["epoch"]), len(read_checkpoint(record.folder).epochs)))

    record.training.run(add)

    assert counts == [(1, 1), (2, 2)]


def test_the_history_reads_back_as_it_was_written(record: Record):
    record.epochs = [an_epoch(1), an_epoch(2)]
    record.save()

    history = read_history(record.folder)

    assert [Epoch(*values) for values in zip(*history.values(), strict=True)] == record.epochs
    assert list(history) == [field.name for field in dataclasses.fields(Epoch)]


@pytest.mark.parametrize("content", ["epoch,beta\n1,2\n", "a history of nothing\n1\n"])
def test_a_history_without_its_columns_is_refused(tmp_path: Path, content: str):
    (tmp_path / "history.csv").write_text(content)

    with pytest.raises(InputError, match=r"history\.csv: cannot be read .*train again"):
        read_history(tmp_path)


def test_a_history_that_is_missing_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"history\.csv: cannot be read .*train again"):
        read_history(tmp_path)


@pytest.mark.parametrize(
    ("every", "painted"), [(True, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (9, [5]), (False, []), (0, [])]
)
def test_the_generator_is_painted_after_every_kth_epoch_and_after_the_last(
    config: Config, points: ColoredPoints, record: Record, every: bool | int, painted: list[int]
):
    config = dataclasses.replace(config, epochs=5, gen_every_epochs=every)
    record = Record(config, record.training, points)

    for number in range(1, 6):
        record.add(an_epoch(number))
    record.wait()

    names = [path.name for path in sorted((config.output / "epochs").iterdir())]
    assert names == [f"epoch_{number:03}.png" for number in painted]


def test_the_films_last_frame_is_the_last_epochs_picture(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.pictures.style.save_figure", lambda *_, **__: None)
    record.training.run(record.add)

    record.draw()

    with Image.open(record.folder / "training.gif") as film:
        film.seek(film.n_frames - 1)
        shown = np.asarray(film.convert("RGB"))[:180, LEAST_SIDE + GAP + 10 :][:, :180][1::3, 1::3].astype(int)
    painted = np.asarray(Image.open(record.folder / "epochs" / "epoch_002.png")).astype(int)
    assert (shown.any(2) == painted.any(2)).mean() > 0.99
    # The film shows small pictures enlarged, here three times; a GIF has few colors.
    assert np.abs(shown - painted)[painted.any(2)].mean() < 60


def test_a_film_of_many_epochs_has_a_hundred_frames_from_the_first_epoch_to_the_last(
    record: Record, monkeypatch: pytest.MonkeyPatch
):
    captions = []
    monkeypatch.setattr("utils.pictures.style.save_figure", lambda *_, **__: None)
    monkeypatch.setattr("utils.runs.record.save_film", lambda path, data, frames, names: captions.extend(names))
    record.epochs = [an_epoch(number) for number in range(1, 131)]
    for number in range(1, 131):
        Image.new("RGB", (1, 1)).save(record.folder / "epochs" / f"epoch_{number:03}.png")

    record.draw()

    assert len(captions) == 100
    assert captions[0] == "epoch 1   β 0.50   KL 3.0 nats"
    assert captions[-1] == "epoch 130   β 0.50   KL 3.0 nats"


def test_the_training_curves_are_those_of_the_epochs(record: Record, monkeypatch: pytest.MonkeyPatch):
    figures: dict[str, Figure] = {}
    monkeypatch.setattr(
        "utils.pictures.style.save_figure", lambda figure, path, dpi: figures.update({path.name: figure})
    )
    record.epochs = [an_epoch(1), an_epoch(2)]

    record.draw()

    above = figures["loss.png"].axes[0]
    assert above.get_title() == "vanilla VAE: training"
    assert list(above.get_lines()[0].get_ydata()) == pytest.approx([22.999, 22.998])


def test_before_the_first_epoch_there_is_nothing_to_draw(record: Record):
    record.draw()

    assert list(record.folder.rglob("*.*")) == []


def test_the_settings_are_saved_beside_the_model(record: Record):
    record.save()

    assert load_config(record.folder / "config.yaml") == record.config


def test_resuming_brings_back_the_epochs_and_the_step(config: Config, points: ColoredPoints, record: Record):
    record.training.run(record.add)
    record.wait()
    again = Record(config, Training(record.training.model, points, points, config), points)

    again.resume()

    assert again.epochs == record.epochs
    assert again.training.step == record.training.step == 12
