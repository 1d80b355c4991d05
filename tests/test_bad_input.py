"""Hundreds of ways to get it wrong: each is refused with one line that says what, where, and what to do."""

import io
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from quick import command_line

from data.points import PICTURE, XS, YS, read_points
from main import main
from utils.program.errors import InputError
from utils.settings.config import Config, load_config

Change = Callable[[Path], None]


def array(name: str, values: object) -> Change:
    return lambda folder: np.save(folder / name, values, allow_pickle=True)


def raw(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str) -> Change:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:100])


def gone(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def broken_link(name: str) -> Change:
    return lambda folder: ((folder / name).unlink(), (folder / name).symlink_to("nowhere"))


def directory(name: str) -> Change:
    return lambda folder: ((folder / name).unlink(), (folder / name).mkdir())


def picture(image: Image.Image) -> Change:
    return lambda folder: image.save(folder / PICTURE, "PNG")


def both(xs: object, ys: object) -> Change:
    return lambda folder: (np.save(folder / XS, xs), np.save(folder / YS, ys))


def swapped(folder: Path) -> None:
    xs, ys = np.load(folder / XS), np.load(folder / YS)
    both(ys, xs)(folder)


def npz(folder: Path) -> None:
    with open(folder / XS, "wb") as file:
        np.savez(file, a=ONES)


def bomb(folder: Path) -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(file, "PNG")
    (folder / PICTURE).write_bytes(file.getvalue())


COUNT = 300
ONES = np.ones(COUNT, int)

DATA = {
    "rows missing": (gone(XS), r"pi_xs\.npy: there is no such file; the folder holds pi_ys\.npy"),
    "columns missing": (gone(YS), r"pi_ys\.npy: there is no such file"),
    "picture missing": (gone(PICTURE), "there is no such picture; its folder holds no picture at all; set data_path"),
    "rows are a broken link": (broken_link(XS), r"pi_xs\.npy: .* it is a link to nowhere, .* `git annex get`"),
    "picture is a broken link": (broken_link(PICTURE), "it is a link to nowhere, which is not there"),
    "rows are a folder": (directory(XS), r"pi_xs\.npy: cannot be read"),
    "picture is a folder": (directory(PICTURE), "cannot be read as a picture"),
    "rows of zero bytes": (raw(XS, b""), r"pi_xs\.npy: cannot be read as a NumPy array: it is empty; copy it again"),
    "rows not npy": (raw(XS, b"1 2 3\n"), r"pi_xs\.npy: cannot be read as a NumPy array.*numpy\.save"),
    "rows cut off": (cut(XS), r"pi_xs\.npy: .* it is cut off, or broken; copy it again"),
    "columns cut off": (cut(YS), r"pi_ys\.npy: cannot be read"),
    "rows pickled": (raw(XS, pickle.dumps([1, 2])), r"pi_xs\.npy: .* it is a pickle, which may run code"),
    "rows of objects": (array(XS, np.array([1, "a", None], object)), r"pi_xs\.npy: .* it holds Python objects"),
    "rows an npz": (npz, "is an archive of arrays; save one with numpy.save"),
    "no rows": (array(XS, ONES[:0]), "must be a list of numbers, one per point"),
    "rows two-dimensional": (array(XS, ONES[None]), r"but its shape is \(1, 300\)"),
    "rows a single number": (array(XS, np.array(3)), r"but its shape is \(\)"),
    "rows of text": (array(XS, np.array(["a"] * COUNT)), "must hold integers"),
    "rows of truth values": (array(XS, ONES > 0), "must hold integers .* but holds bool values"),
    "rows complex": (array(XS, ONES * 1j), "must hold integers"),
    "rows with fractions": (array(XS, ONES + 0.5), r"must hold integers \(pixel indices\), but holds 1.5"),
    "rows not a number": (array(XS, np.full(COUNT, np.nan)), "must hold integers .* but holds nan"),
    "rows infinite": (array(XS, np.full(COUNT, np.inf)), "leaves the picture"),
    "rows negative": (array(XS, -ONES), "-1 to -1 leaves the picture; pixel indices begin at 0"),
    "rows beyond": (array(XS, 60 * ONES), "60 to 60 leaves the picture, which has 60 rows"),
    "columns beyond": (array(YS, 60 * ONES), "leaves the picture, which has 60 columns"),
    "fewer rows": (array(XS, ONES[1:]), r"pi_xs\.npy holds 299 numbers and pi_ys\.npy 300"),
    "one point": (both(ONES[:1], ONES[:1]), r"one point cannot be split"),
    "axes swapped": (swapped, "the axes are swapped: .* must hold the rows"),
    "picture of zero bytes": (raw(PICTURE, b""), "cannot be read as a picture"),
    "picture cut off": (cut(PICTURE), "cannot be read as a picture"),
    "not a picture": (raw(PICTURE, b"hello"), "cannot be read as a picture.*save it again, as PNG or JPEG"),
    "picture of one pixel": (picture(Image.new("RGB", (1, 1))), "leaves the picture, which has 1 rows"),
    "picture too large": (bomb, "has more pixels than .*; make it smaller"),
}

FILES = {
    "missing": (None, r"none\.yaml: cannot read the configuration .*; name another with --config FILE"),
    "empty": ("", "is empty; `python -m utils.settings.config"),
    "only comments": ("# nothing\n", "is empty"),
    "null": ("null\n", "is empty"),
    "a list": ("- epochs\n", "is a list, not a table"),
    "a text": ("epochs\n", "is a str, not a table"),
    "a number": ("3\n", "is a int, not a table"),
    "not closed": ("epochs: 3\nmodel: [\n", "line 3, column 1: not YAML"),
    "a tab": ("epochs: 3\n\tmodel: vanilla\n", "line 2, column 1: not YAML"),
    "two documents": ("epochs: 3\n---\nepochs: 4\n", "line 2, column 1: not YAML"),
    "a key twice": ("epochs: 3\nepochs: 4\n", "line 2, column 1: .*'epochs' occurs twice"),
    "an unknown key": ("epoch: 3\n", "unknown key 'epoch'; did you mean 'epochs'"),
    "a number for a key": ("3: 4\n", "unknown key 3"),
    "a list for a key": ("? [1, 2]\n: 3\n", "line 1"),
    "a Python object": ("epochs: !!python/object/apply:os.getcwd []\n", "line 1, column 9: not YAML"),
    "a date that is none": ("epochs: 2020-13-45\n", "not YAML: month must be in 1..12"),
    "an alias of nothing": ("epochs: *there\n", "line 1, column 9: not YAML"),
    "a control character": ("epochs: \x00\n", "not YAML"),
    "nested without end": ("[" * 20_000, "not YAML"),
    "a null character in a path": ('data_path: "a\\0b"\n', "data_path must be a path without control characters"),
    "a table for a value": ("epochs: {a: 1}\n", "epochs must be of type integer"),
}

ARGUMENTS = {
    "no equals sign": (["epochs"], "'epochs' is not understood; write key=value"),
    "a key twice": (["epochs=1", "epochs=2"], "the key 'epochs' occurs twice"),
    "an unknown key": (["epoch=3"], "unknown key 'epoch'; did you mean 'epochs'"),
    "nothing like a key": (["zzz=3"], "unknown key 'zzz'; --help lists the keys"),
    "an unknown flag": (["--resum3"], "the command line: .*--resum3.*; see --help"),
    "a flag without its value": (["--config"], "the command line: .*expected one argument"),
    "resume without training": (["--resume", "retrain=false"], "leave one of them out"),
    "nothing to resume": (["--resume"], "there is no run to resume; start one without --resume"),
    "no trained model": (["retrain=false"], "there is no trained model here; train one first"),
    "a device that is not there": (["device=cuda:77"], "PyTorch finds no cuda:77 on this machine; .* cpu"),
    "a folder that is not there": (["data_path=nowhere"], "nowhere.*there is no folder nowhere"),
    "not YAML": (["epochs=[1"], "the command line, epochs.*not YAML"),
    "nothing": (["epochs="], "epochs must be of type integer, not null"),
}

# What no key of its type may be.
WRONG = {
    int: ("null", "2.5", "true", "many", ".nan", "[1]", "-1", "99999999999999999999"),
    float: ("null", "true", "fast", ".nan", ".inf", "[0.1]", "-1", "-1e-9", "2020-01-01"),
    str: ("null", "3", "true", "[a]", "''", "{}", "2020-01-01"),
    bool: ("null", "1", "0.5", "maybe", "[true]"),
    bool | int: ("null", "0.5", "maybe", "-1", "[1]"),
}
VALUES = [(key, value) for key, spec in Config.__dataclass_fields__.items() for value in WRONG[spec.type]]


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


@pytest.mark.parametrize(("key", "value"), VALUES)
def test_values_of_a_wrong_type_are_refused_for_every_key(tmp_path: Path, key: str, value: str):
    (tmp_path / "config.yaml").write_text(f"{key}: {value}\n")

    with pytest.raises(InputError, match=f"^{key} must be ") as error:
        load_config(tmp_path / "config.yaml")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "flag", "complaint"),
    [("model.pt", "retrain=false", "train again, with retrain=true"), ("checkpoint.pt", "--resume", "train anew")],
)
@pytest.mark.parametrize("content", ["nothing", "text", "cut off", "a list", "another version", "hostile", "hollow"])
def test_broken_and_hostile_models_and_checkpoints_are_refused_and_left_alone(
    tmp_path: Path, arguments: list[str], name: str, flag: str, complaint: str, content: str
):
    class Hostile:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "harm",)

    path = tmp_path / "result" / "attention" / name
    path.parent.mkdir(parents=True)
    torch.save({"format": 1}, path)
    whole = path.read_bytes()
    match content:
        case "nothing":
            path.write_bytes(b"")
        case "text":
            path.write_text("hello")
        case "cut off":
            path.write_bytes(whole[: len(whole) // 2])
        case "a list":
            torch.save([1, 2], path)
        case "another version":
            torch.save({"format": 99}, path)
        case "hostile":
            torch.save({"format": 1, "config": Hostile()}, path)
        case "hollow":
            torch.save({"format": 1, "config": {"model": "attention"}, "weights": 3, "size": 3, "training": 3}, path)
    before = path.read_bytes()

    with pytest.raises(InputError, match=f"{name}: .*{complaint}") as error:
        main([*arguments, flag])

    assert "\n" not in str(error.value)
    assert not (tmp_path / "harm").exists()
    assert [p.name for p in path.parent.iterdir()] == [name]
    assert path.read_bytes() == before


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


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@relaxed
@given(
    st.dictionaries(st.sampled_from(sorted(Config.__dataclass_fields__)) | st.text(max_size=8), anything, max_size=4)
)
def test_any_table_of_settings_is_accepted_or_refused_in_one_line(tmp_path: Path, table: dict):
    path = tmp_path / "any.yaml"
    path.write_text(yaml.safe_dump(table, allow_unicode=True), encoding="utf-8")
    accepted_or_refused(lambda: load_config(str(path)))


@relaxed
@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused_in_one_line(tmp_path: Path, text: str):
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    accepted_or_refused(lambda: load_config(str(path), [text]))


@relaxed
@given(
    st.lists(st.integers(-5, 80) | st.floats(width=32), min_size=0, max_size=5),
    st.sampled_from(["i8", "u1", "f4", "f8", "c8", "U3", "?", "M8[s]"]),
    st.integers(0, 2),
)
def test_any_array_is_accepted_or_refused_in_one_line(folder: Path, values: list, kind: str, more: int):
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = np.array(values).astype(kind).reshape((-1,) + (1,) * more)
    except (ValueError, TypeError, OverflowError):
        return
    np.save(folder / XS, rows)
    np.save(folder / YS, np.arange(len(values)))
    accepted_or_refused(lambda: read_points(folder).split(0.1, 0))


def accepted_or_refused(attempt: Callable[[], object]) -> None:
    message = ""
    try:
        attempt()
    except InputError as error:
        message = str(error)
    assert "\n" not in message
