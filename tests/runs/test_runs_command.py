"""python -m utils.runs: any runs side by side."""

from pathlib import Path

import pytest
from PIL import Image
from quick import Finished

from utils.runs.__main__ import main
from utils.system.errors import InputError


def test_runs_are_printed_and_drawn_side_by_side(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    runs, picture = [finished.result / name for name in ("attention", "vanilla")], tmp_path / "compare.png"

    main([*map(str, runs), "--out", str(picture)])

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{i}: model={run.name} (seed 10): {run}" for i, run in enumerate(runs, 1)]
    assert Image.open(picture).width >= 900


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # That of a run that was interrupted.
        ("metrics.json", None),
        ("metrics.json", '{"of another version": 1}'),
        ("config.yaml", "of_another_version: 1"),
        ("generated.png", "no picture"),
    ],
)
def test_what_is_no_finished_run_of_this_version_is_left_out_with_a_line(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | None
):
    copy = finished.copied(tmp_path / "result") / "vanilla"
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_text(content)

    with pytest.raises(InputError, match="two or more"):
        main([str(finished.result / "attention"), str(copy), "--out", str(tmp_path / "compare.png")])

    assert capsys.readouterr().out.startswith(f"left out: {copy}: ")
    assert not (tmp_path / "compare.png").exists()
