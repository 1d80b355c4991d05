"""Ways to get it wrong: each is refused with a line that says what, where, and what to do, before anything is written.

Data sets are in tests/data/test_bad_data.py, single values in tests/settings/test_values.py, and broken files in
tests/test_doors.py.
"""

from pathlib import Path

import numpy as np
import pytest
from quick import command_line

from data.points import XS, YS
from main import main
from utils.system.errors import InputError

HERE, ONES = Path(__file__).parent, np.ones(300, int)

FILES = {
    "missing": (None, r"/none\.yaml: there is no such file; its folder holds nothing like it"),
    "a list": ("- epochs\n", "is a list, not a table"),
    "a tab": ("epochs: 3\n\tmodel: vanilla\n", "line 2, column 1: not YAML"),
    "a key twice": ("epochs: 3\nepochs: 4\n", "line 2, column 1: .*'epochs' occurs twice"),
    "an unknown key": ("epoch: 3\n", "unknown key 'epoch'; did you mean 'epochs'"),
    "a number for a key": ("3: 4\n", "unknown key 3"),
    "a Python object": ("epochs: !!python/object/apply:os.getcwd []\n", "line 1, column 9: not YAML"),
    "a date that is none": ("epochs: 2020-13-45\n", "not YAML: month must be in 1..12"),
    "nested without end": ("[" * 20_000, "not YAML"),
    "a null character in a path": ('data_path: "a\\0b"\n', "data_path must be a path without control characters"),
}

ARGUMENTS = {
    "no equals sign": (["epochs"], "'epochs' is not understood; write key=value"),
    "nothing like a key": (["zzz=3"], "unknown key 'zzz'; --help lists the keys"),
    "a flag without its value": (["--config"], "the command line: .*expected one argument"),
    "resume without training": (["--resume", "retrain=false"], "leave one of them out"),
    "nothing to resume": (["--resume"], r"checkpoint\.pt: there is no such file; train first, .* without --resume"),
    "no trained model": (["retrain=false"], r"model\.pt: there is no such file; train first, with retrain=true"),
    "a device that is not there": (["device=cuda:77"], "PyTorch finds no cuda:77 on this machine; .* cpu"),
    "a folder that is not there": (["data_path=nowhere"], "/nowhere: is missing; data_path must name a folder"),
    "a folder of a like name": ([f"data_path={HERE / 'dta'}"], "/dta: is missing; .*; did you mean data"),
    "a file for a folder": ([f"data_path={__file__}"], f"is a file; .*: data_path={HERE}$"),
    "not YAML": (["epochs=[1"], "the command line, epochs.*not YAML"),
    "nothing": (["epochs="], "epochs must be of type integer, not null"),
}


def refused(arguments: list[str], complaint: str, result: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # What is not refused must not train for minutes before the test fails.
        patch.setattr("utils.session.train", lambda *_: pytest.fail("accepted"))
        with pytest.raises(InputError, match=complaint) as error:
            main(arguments)
    assert "\n" not in str(error.value)
    assert not result.exists()


@pytest.fixture
def arguments(folder: Path, tmp_path: Path) -> list[str]:
    (tmp_path / "config.yaml").write_text(f"data_path: {folder}\nresult_path: {tmp_path / 'result'}\n")
    return ["--config", str(tmp_path / "config.yaml")]


@pytest.mark.parametrize("case", FILES)
def test_unusable_configuration_files_are_refused(tmp_path: Path, case: str):
    text, complaint = FILES[case]
    path = tmp_path / ("none.yaml" if text is None else "config.yaml")
    if text is not None:
        path.write_text(text)

    refused(["--config", str(path), f"result_path={tmp_path / 'result'}"], complaint, tmp_path / "result")


@pytest.mark.parametrize("case", ARGUMENTS)
def test_impossible_command_lines_are_refused(tmp_path: Path, arguments: list[str], case: str):
    wrong, complaint = ARGUMENTS[case]

    refused([*arguments, *wrong], complaint, tmp_path / "result")


@pytest.mark.parametrize(("name", "flag"), [("model.pt", "retrain=false"), ("checkpoint.pt", "--resume")])
def test_broken_and_misplaced_models_and_checkpoints_are_left_alone(
    tmp_path: Path, arguments: list[str], name: str, flag: str
):
    path = tmp_path / "result" / "attention" / name
    path.parent.mkdir(parents=True)
    path.write_text("version https://git-lfs.github.com/spec/v1\n")

    with pytest.raises(InputError, match=f"{name}: .* it is a Git LFS pointer to the real file; run `git lfs pull`"):
        main([*arguments, flag])
    with pytest.raises(InputError, match=f"is the folder of a model itself: set result_path={tmp_path / 'result'}$"):
        main([*arguments, flag, f"result_path={path.parent}"])
    assert [p.name for p in path.parent.iterdir()] == [name]


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    ("xs", "ys"),
    [
        (5 * ONES, 7 * ONES),
        (ONES[:2], ONES[:2]),
    ],
    ids=["all on one pixel", "two points"],
)
def test_unusual_data_run_to_the_end(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], xs: np.ndarray, ys: np.ndarray
):
    np.save(folder / XS, xs)
    np.save(folder / YS, ys)

    main(command_line(folder, tmp_path / "result", "epochs=1", "n_generate=50"))

    assert np.load(tmp_path / "result" / "attention" / "generated.npy").shape == (50, 5)
    assert f"data: {len(xs)} points from {folder}\n" in capsys.readouterr().out
