"""python -m utils.runs: any runs side by side."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from quick import Finished, command_line

from data.glyph import draw, glyph_mask
from data.writing import write
from main import main as train
from utils.program.errors import InputError
from utils.runs.__main__ import main


def test_runs_are_printed_and_drawn_side_by_side(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    runs, picture = [str(finished.result / name) for name in ("attention", "vanilla")], tmp_path / "compare.png"
    capsys.readouterr()

    main([*runs, "--out", str(picture)])

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"attention: {finished.result / 'attention'}", f"vanilla: {finished.result / 'vanilla'}"]
    assert any(line.startswith("loss of a held-out point") for line in lines)
    assert lines[-1] == f"side by side: {picture}"
    assert Image.open(picture).width > 1000


def test_two_runs_in_one_folder_are_compared_by_what_was_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for epochs in (1, 2):
        train(command_line(folder, tmp_path / "result", "model=vanilla", f"epochs={epochs}"))
    (earlier,) = (tmp_path / "result" / "earlier").glob("[!.]*")
    capsys.readouterr()

    main([str(earlier), str(tmp_path / "result" / "vanilla"), "--out", str(tmp_path / "of_two.svg")])

    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["epochs", "1", "2"] in words
    assert (tmp_path / "of_two.svg").exists()


def test_runs_of_pictures_of_other_sizes_are_drawn_each_beside_its_own_data(finished: Finished, tmp_path: Path):
    write(tmp_path / "data", *draw(glyph_mask(size=40), n=200))
    train(command_line(tmp_path / "data", tmp_path / "result", "model=vanilla", "epochs=1"))

    main([str(finished.result / "vanilla"), str(tmp_path / "result" / "vanilla"), "--out", str(tmp_path / "two.png")])

    assert Image.open(tmp_path / "two.png").height > 1500


def broken(name: str, content: str | None) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_text(content)

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (broken("config.yaml", None), r"is no folder of a run, for it has no config\.yaml"),
        (broken("config.yaml", "- 1"), r"config\.yaml: holds no settings"),
        (broken("config.yaml", "a: [1"), r"config\.yaml, line 1, .*: not YAML"),
        (broken("metrics.json", None), r"the run is not over, for it has no metrics\.json"),
        (broken("metrics.json", "{"), r"metrics\.json: cannot be read"),
        (broken("metrics.json", "[]"), r"metrics\.json: has no heldout_reconstruction"),
        (
            broken("metrics.json", '{"heldout_reconstruction": NaN, "heldout_kl": 1, "n_generated": 1, "p": 1}'),
            "no number",
        ),
        (broken("history.csv", None), r"history\.csv: cannot be read"),
        (broken("history.csv", "epoch\n"), r"history\.csv: has no epochs"),
        (broken("generated.png", "no picture"), r"generated\.png: cannot be read"),
        (broken("data.png", "no picture"), r"data\.png: cannot be read"),
        (broken("model.pt", "no model"), r"model\.pt: cannot be read as a model of this program: train again"),
        (lambda folder: shutil.rmtree(folder), "there is no such folder; give folders of runs"),
    ],
)
def test_what_is_no_run_or_broken_is_refused_in_one_line(
    finished: Finished, tmp_path: Path, damage: Callable[[Path], None], message: str
):
    copy = shutil.copytree(finished.result / "vanilla", tmp_path / "copy")
    damage(copy)

    with pytest.raises(InputError, match=message) as error:
        main([str(finished.result / "attention"), str(copy), "--out", str(tmp_path / "compare.png")])

    assert "\n" not in str(error.value)
    assert not (tmp_path / "compare.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the folders of two or more runs"),
        (["one"], "name the folders of two or more runs"),
        (["one", "two", "--out", "figure.docx"], r"figure\.docx: is no name for a picture; end it with \.png"),
        (["one", "two", "--no"], "the command line: .*--no"),
    ],
)
def test_a_command_that_is_not_understood_is_refused(arguments: list[str], message: str):
    with pytest.raises(InputError, match=message):
        main(arguments)


def test_the_folder_of_both_models_says_which_runs_it_holds(finished: Finished):
    with pytest.raises(InputError, match=r"it holds runs: .*attention .*vanilla"):
        main([str(finished.result), str(finished.result / "vanilla")])


def test_a_run_of_an_earlier_version_without_its_picture_of_the_data_is_drawn(finished: Finished, tmp_path: Path):
    copy = shutil.copytree(finished.result / "vanilla", tmp_path / "copy")
    (copy / "data.png").unlink()

    main([str(copy), str(finished.result / "attention"), "--out", str(tmp_path / "compare.png")])

    assert (tmp_path / "compare.png").exists()
