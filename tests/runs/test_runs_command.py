"""python -m utils.runs: any runs side by side."""

import json
from pathlib import Path

import pytest
from PIL import Image
from quick import Finished

from utils.runs.__main__ import main
from utils.system.errors import InputError


def test_runs_are_printed_and_drawn_side_by_side_but_for_those_that_were_interrupted(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    runs, picture = [finished.result / name for name in ("attention", "vanilla")], tmp_path / "compare.png"
    interrupted = finished.copied(tmp_path / "result") / "vanilla"
    (interrupted / "metrics.json").unlink()
    capsys.readouterr()

    main([*map(str, (*runs, interrupted)), "--out", str(picture)])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"left out: {interrupted}: ")
    assert lines[1:3] == [f"{run.name}: {run}" for run in runs]
    assert lines[-1] == f"side by side: {picture}"
    assert Image.open(picture).width >= 900


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.yaml", None),
        ("metrics.json", "{"),
        ("metrics.json", '{"heldout_reconstruction": 1, "heldout_kl": 1, "p": "x"}'),
        ("history.csv", "epoch\n"),
        ("generated.png", "no picture"),
    ],
)
def test_a_broken_run_is_refused_in_one_line(finished: Finished, tmp_path: Path, name: str, content: str | None):
    copy = finished.copied(tmp_path / "result") / "vanilla"
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_text(content)

    with pytest.raises(InputError, match=name) as error:
        main([str(finished.result / "attention"), str(copy), "--out", str(tmp_path / "compare.png")])

    assert "\n" not in str(error.value)
    assert not (tmp_path / "compare.png").exists()


def test_a_run_of_an_earlier_version_is_compared_without_what_it_did_not_keep(finished: Finished, tmp_path: Path):
    copy = finished.copied(tmp_path / "result") / "vanilla"
    for name in ("data.png", "model.pt", "report.html"):
        (copy / name).unlink()
    of_then = {"heldout_reconstruction": 20, "heldout_kl": 3, "of_then": {"value": 0.3, "real": 0.2}}
    (copy / "metrics.json").write_text(json.dumps(of_then))

    main([str(copy), str(finished.result / "attention"), "--out", str(tmp_path / "compare.png")])

    assert (tmp_path / "compare.png").exists()
