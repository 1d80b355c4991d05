"""python -m utils.runs: any runs side by side."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from quick import Finished, command_line

from data.points import read_points
from main import main as train
from utils.runs.__main__ import main
from utils.system.errors import InputError


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
    assert Image.open(picture).width >= 900
    fingerprint = read_points(finished.data).fingerprint()
    assert [json.loads((Path(run) / "metrics.json").read_text())["fingerprint"] for run in runs] == [fingerprint] * 2


@pytest.mark.usefixtures("without_figures")
def test_two_runs_in_one_folder_are_compared_by_what_was_changed(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    finished.copied(tmp_path / "result")
    train(command_line(finished.data, tmp_path / "result", "model=vanilla", "epochs=1"))
    (earlier,) = (tmp_path / "result" / "earlier").glob("[!.]*")
    capsys.readouterr()

    main([str(earlier), str(tmp_path / "result" / "vanilla"), "--out", str(tmp_path / "of_two.svg")])

    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["epochs", "2", "1"] in words
    assert (tmp_path / "of_two.svg").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.yaml", None, r"config\.yaml: there is no such file"),
        ("config.yaml", "- 1", r"config\.yaml: cannot be read"),
        ("metrics.json", "{", r"metrics\.json: cannot be read"),
        ("metrics.json", "{}", r"metrics\.json: cannot be read"),
        ("metrics.json", '{"heldout_reconstruction": 1, "heldout_kl": 1, "p": "x"}', r"metrics\.json: cannot be read"),
        ("history.csv", "epoch\n", r"history\.csv: cannot be read"),
        ("generated.png", "no picture", r"generated\.png: cannot be read"),
    ],
)
def test_a_broken_run_is_refused_in_one_line(
    finished: Finished, tmp_path: Path, name: str, content: str | None, message: str
):
    copy = shutil.copytree(finished.result / "vanilla", tmp_path / "copy")
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_text(content)

    with pytest.raises(InputError, match=message) as error:
        main([str(finished.result / "attention"), str(copy), "--out", str(tmp_path / "compare.png")])

    assert "\n" not in str(error.value)
    assert not (tmp_path / "compare.png").exists()


def test_names_of_no_picture_are_refused():
    with pytest.raises(InputError, match=r"figure\.docx: is no name for a picture; end it with \.png"):
        main(["one", "two", "--out", "figure.docx"])


def test_an_interrupted_run_is_left_out_with_a_line(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    copy = shutil.copytree(finished.result / "vanilla", tmp_path / "copy")
    (copy / "metrics.json").unlink()
    runs = [str(finished.result / "vanilla"), str(copy), str(finished.result / "attention")]
    capsys.readouterr()

    main([*runs, "--out", str(tmp_path / "compare.png")])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"left out: {copy}: holds no finished run")
    assert lines[1].startswith("vanilla: ")
    with pytest.raises(InputError, match="two or more finished runs"):
        main(runs[:2])


def test_a_run_of_an_earlier_version_is_compared_without_what_it_did_not_keep(finished: Finished, tmp_path: Path):
    copy = shutil.copytree(finished.result / "vanilla", tmp_path / "copy")
    for name in ("data.png", "model.pt", "report.html"):
        (copy / name).unlink()
    of_then = {"heldout_reconstruction": 20, "heldout_kl": 3, "of_then": {"value": 0.3, "floor": 0.2}}
    (copy / "metrics.json").write_text(json.dumps(of_then))

    main([str(copy), str(finished.result / "attention"), "--out", str(tmp_path / "compare.png")])

    assert (tmp_path / "compare.png").exists()
