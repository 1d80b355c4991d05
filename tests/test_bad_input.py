"""Ways to get it wrong: each is refused with a line that says what, where, and what to do, before anything is written.

Single values are in tests/settings/test_validation.py, and broken files in tests/test_doors.py.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from quick import command_line

from data.points import PICTURE, XS, YS
from main import main
from utils.program.errors import InputError

Change = Callable[[Path], object]
COUNT = 300
ONES = np.ones(COUNT, int)


def array(name: str, values: object) -> Change:
    return lambda folder: np.save(folder / name, values, allow_pickle=True)


def raw(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str) -> Change:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:200])


def gone(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def renamed(name: str, other: str) -> Change:
    return lambda folder: (folder / name).rename(folder / other)


def broken_link(name: str) -> Change:
    return lambda folder: ((folder / name).unlink(), (folder / name).symlink_to("nowhere"))


def directory(name: str) -> Change:
    return lambda folder: ((folder / name).unlink(), (folder / name).mkdir())


def both(xs: object, ys: object) -> Change:
    return lambda folder: (np.save(folder / XS, xs), np.save(folder / YS, ys))


def swapped(folder: Path) -> None:
    both(np.load(folder / YS), np.load(folder / XS))(folder)


def archive(**arrays: np.ndarray) -> Change:
    def change(folder: Path) -> None:
        with open(folder / XS, "wb") as file:
            np.savez(file, **arrays)

    return change


def promising_much(folder: Path) -> None:
    with open(folder / XS, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<i8", "fortran_order": False, "shape": (10**14,)})


def picture(size: tuple[int, int]) -> Change:
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    return raw(PICTURE, file.getvalue())


DATA = {
    "rows missing": (gone(XS), r"pi_xs\.npy: is missing; put it there, or set data_path to its folder"),
    "picture missing": (gone(PICTURE), r"colored\.jpg: is missing; put it there"),
    "columns of another name": (renamed(YS, "ys.npy"), r"pi_ys\.npy: is missing; rename one of ys\.npy"),
    "picture of another name": (renamed(PICTURE, "pi.PNG"), r"colored\.jpg: is missing; rename one of pi\.PNG"),
    "only litter": (renamed(PICTURE, "._pi.jpg"), r"colored\.jpg: is missing; put it there"),
    "rows are a broken link": (broken_link(XS), r"pi_xs\.npy: .* it is a link to nowhere, .* `git annex get`"),
    "rows are a folder": (directory(XS), r"pi_xs\.npy: cannot be read as a NumPy array: it is a folder"),
    "picture is a folder": (directory(PICTURE), "cannot be read as a picture: it is a folder"),
    "rows of zero bytes": (raw(XS, b""), r"pi_xs\.npy: cannot be read as a NumPy array: it is empty; copy it again"),
    "rows not npy": (raw(XS, b"1 2 3\n"), r"pi_xs\.npy: cannot be read as a NumPy array: save it again with numpy"),
    "rows cut off": (cut(XS), r"pi_xs\.npy: .* it is cut off, broken"),
    "rows of objects": (array(XS, np.array([1, "a"], object)), r"pi_xs\.npy: holds Python objects, which may run code"),
    "two arrays": (archive(a=ONES, b=ONES), r"is an archive of 2 arrays \(a, b\); save one with numpy\.save"),
    "an object in an archive": (archive(a=np.array([{}], object)), "holds Python objects, which may run code"),
    "half an archive": (lambda folder: (archive(a=ONES)(folder), cut(XS)(folder)), "it is cut off, broken, or holds"),
    "an empty zip": (raw(XS, b"PK\x05\x06" + bytes(18)), r"is an archive of 0 arrays \(\); save one"),
    "a header that promises too much": (promising_much, "asks for more memory than there is, and has 128 bytes"),
    "no rows": (array(XS, ONES[:0]), "must be a list of numbers, one per point"),
    "rows two-dimensional": (array(XS, ONES[None]), r"but its shape is \(1, 300\)"),
    "rows of text": (array(XS, np.array(["a"] * COUNT)), r"must hold integers .* but holds <U1 values"),
    "rows with fractions": (array(XS, ONES + 0.5), r"must hold integers \(pixel indices\), but holds 1.5"),
    "rows not a number": (array(XS, np.full(COUNT, np.nan)), "must hold integers .* but holds nan"),
    "rows infinite": (array(XS, np.full(COUNT, np.inf)), "leaves the picture"),
    "rows negative": (array(XS, -ONES), "-1 to -1 leaves the picture; pixel indices begin at 0"),
    "rows beyond": (array(XS, 60 * ONES), "60 to 60 leaves the picture, which has 60 rows"),
    "columns beyond": (array(YS, 60 * ONES), "leaves the picture, which has 60 columns"),
    "fewer rows": (array(XS, ONES[1:]), r"pi_xs\.npy holds 299 numbers and pi_ys\.npy 300"),
    "one point": (both(ONES[:1], ONES[:1]), r"one point cannot be split"),
    "axes swapped": (swapped, "the axes are swapped: .* must hold the rows"),
    "picture cut off": (cut(PICTURE), "cannot be read as a picture: it is cut off, broken"),
    "picture of one pixel": (picture((1, 1)), "leaves the picture, which has 1 rows"),
    "picture too large": (picture((20_000, 10_000)), "has more pixels than 100,000,000; make it smaller"),
}

FILES = {
    "missing": (None, r"none\.yaml: there is no such file; .*; --config names the file of the settings"),
    "empty": ("# nothing\n", r"is empty; `.* -m utils\.settings\.config > "),
    "a list": ("- epochs\n", "is a list, not a table"),
    "a text": ("epochs\n", "is a str, not a table"),
    "not closed": ("epochs: 3\nmodel: [\n", "line 3, column 1: not YAML"),
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
    "a key twice": (["epochs=1", "epochs=2"], "the key 'epochs' occurs twice"),
    "nothing like a key": (["zzz=3"], "unknown key 'zzz'; --help lists the keys"),
    "an unknown flag": (["--resum3"], "the command line: .*--resum3.*; see --help"),
    "a flag without its value": (["--config"], "the command line: .*expected one argument"),
    "resume without training": (["--resume", "retrain=false"], "leave one of them out"),
    "nothing to resume": (["--resume"], r"checkpoint\.pt: there is no such file; train first, .* without --resume"),
    "no trained model": (["retrain=false"], r"model\.pt: there is no such file; train first, with retrain=true"),
    "a device that is not there": (["device=cuda:77"], "PyTorch finds no cuda:77 on this machine; .* cpu"),
    "a folder that is not there": (
        ["data_path=nowhere"],
        "/nowhere: there is no such folder; set data_path to that",
    ),
    "a folder of a like name": (
        [f"data_path={Path(__file__).parent / 'dta'}"],
        "there is no such folder; did you mean data",
    ),
    "a file for a folder": ([f"data_path={__file__}"], f"is a file; .*: data_path={Path(__file__).parent}$"),
    "not YAML": (["epochs=[1"], "the command line, epochs.*not YAML"),
    "nothing": (["epochs="], "epochs must be of type integer, not null"),
}


def refused(arguments: list[str], complaint: str, result: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # What is not refused must not train for minutes before the test fails.
        patch.setattr("main.train", lambda *_: pytest.fail("accepted"))
        with pytest.raises(InputError, match=complaint) as error:
            main(arguments)
    assert "\n" not in str(error.value)
    assert not result.exists()


@pytest.fixture
def arguments(folder: Path, tmp_path: Path) -> list[str]:
    (tmp_path / "config.yaml").write_text(f"data_path: {folder}\nresult_path: {tmp_path / 'result'}\n")
    return ["--config", str(tmp_path / "config.yaml")]


@pytest.mark.parametrize("case", DATA)
def test_unusable_data_are_refused(folder: Path, tmp_path: Path, arguments: list[str], case: str):
    change, complaint = DATA[case]
    change(folder)

    refused(arguments, complaint, tmp_path / "result")


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
def test_broken_models_and_checkpoints_are_left_alone(tmp_path: Path, arguments: list[str], name: str, flag: str):
    path = tmp_path / "result" / "attention" / name
    path.parent.mkdir(parents=True)
    path.write_text("version https://git-lfs.github.com/spec/v1\n")

    with pytest.raises(InputError, match=f"{name}: .* it is a Git LFS pointer to the real file; run `git lfs pull`"):
        main([*arguments, flag])

    assert [p.name for p in path.parent.iterdir()] == [name]


def test_the_folder_of_a_model_is_not_the_folder_of_results(tmp_path: Path, arguments: list[str]):
    inside = tmp_path / "result" / "attention"
    inside.mkdir(parents=True)
    (inside / "model.pt").touch()

    with pytest.raises(InputError, match=f"is the folder of a model itself: set result_path={tmp_path / 'result'}$"):
        main([*arguments, "retrain=false", f"result_path={inside}"])


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    ("case", "remark"),
    [
        (both(5 * ONES, 7 * ONES), " (299 of them on a pixel that another point has too)"),
        (both(ONES[:2], ONES[:2]), " (1 of them on a pixel that another point has too)"),
        (both(np.arange(60, dtype=np.float32), np.arange(60, dtype=np.uint8)), ""),
    ],
    ids=["all on one pixel", "two points", "floats and bytes"],
)
def test_unusual_data_run_to_the_end(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Change, remark: str
):
    case(folder)

    main(command_line(folder, tmp_path / "result", "epochs=1", "n_generate=50"))

    assert np.load(tmp_path / "result" / "attention" / "generated.npy").shape == (50, 5)
    n = len(np.load(folder / XS))
    assert capsys.readouterr().out.splitlines()[0] == f"data: {n} points from {folder}{remark}"
