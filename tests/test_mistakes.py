"""Mistakes that people make, at each door: one line says what is wrong and what to do, and nothing is written.

Data sets have a table of their own, in tests/data; files that are broken or something else are in tests/test_doors.py
and tests/system/test_errors.py, and values of settings in tests/settings.
"""

import importlib
import os
import re
from pathlib import Path

import pytest
from quick import Finished

from utils.system.program import run_program

SETTINGS = {
    "epochs: 3\n\tmodel: vanilla\n": "line 2, column 1: not YAML",
    "epochs: 3\nepochs: 4\n": "line 2, column 1: .*twice",
    "- epochs: 3\n": "not a table",
    "epoch: 3\n": "'epoch'.*'epochs'",
    "epochs: !!python/object/apply:os.getcwd []\n": "line 1, column 9: not YAML",
    "[" * 500: "not YAML",
    'data_path: "a\\0b"\n': "data_path.*control characters",
    "train:\n  epochs: 3\n": "'train'; keys have no headings.* mean 'epochs'",
    "epochs\uff1a1\nseed: 3": "\uff1a",
    r'data_path: "C:\Users\me"': "single ones",
    "result_path: 2026-11-25\n": "quotes",
    "result_path: caf\udce9": "UTF-8",
}
# A sound data set is in ../data.
COMMANDS = {
    "main epochs": "key=value",
    "main zzz=3": "--help",
    "main my.yaml": "--config",
    "main resume=true": "'--resume'",
    "main train.epochs=3": "no headings or prefixes.* 'epochs'",
    "main --config .": "folder; name a file",
    "main --config https://x.org/a.yaml": "https://x.org/a.yaml: .*address",
    "main --resume retrain=false": "leave one of them out",
    "main --resume": r"checkpoint\.pt: .*train first",
    "main retrain=false": r"model\.pt: .*train first",
    "main device=cuda:77": "cpu",
    "main data_path=nowhere": "/nowhere: is missing",
    "main data_path=../datas": "did you mean data",
    "main data_path=../data/pi_xs.npy": "is a file.*data_path=../data$",
    "main result_path=s3://bucket/run": "s3://bucket/run: .*address",
    "main result_path=$NOWHERE/run": "NOWHERE is not set",
    "main result_path=../data/pi_xs.npy": "set result_path",
    "utils.evaluation.__main__ --data ../data none.npy": "there is no such file",
    "utils.evaluation.__main__ --data ../data ../data/pi_xs.npy": "must hold numbers",
    "utils.runs.__main__": "two or more",
    "utils.runs.__main__ . ../data --out runs.txt": ".png",
    "benchmarks.fidelity epohs=3": "'epochs'",
    "benchmarks.fidelity data_path=nowhere": "/nowhere: is missing",
    "benchmarks.latent data_path=nowhere": "/nowhere: is missing",
    "benchmarks.benchmark data_path=nowhere": "/nowhere: is missing",
    "benchmarks.fidelity --generator nonsense": "kernel density",
    "benchmarks.latent --picture nowhere/priors.png": "folder",
    "benchmarks.latent --picture priors.nonsense": ".png",
    "benchmarks.benchmark --part nonsense": "steps",
}


def refused(program: str, arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run_program(importlib.import_module(program).main, arguments)
    printed = capsys.readouterr().err
    assert end.value.code == 2
    assert printed.count("\n") == 1
    assert re.search(word, printed.strip())


@pytest.fixture
def in_a_folder(finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # What is not refused must not train for minutes before the test fails.
    monkeypatch.setattr("utils.training.loop.Training.run", lambda *_: pytest.fail("accepted"))
    (tmp_path / "data").symlink_to(finished.data)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.parametrize("text", SETTINGS, ids=lambda text: text[:30])
def test_a_mistake_in_a_file_of_settings(in_a_folder: Path, capsys: pytest.CaptureFixture[str], text: str):
    (in_a_folder / "config.yaml").write_bytes(text.encode(errors="surrogateescape"))

    refused("main", [], SETTINGS[text], capsys)

    assert os.listdir(in_a_folder) == ["config.yaml"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistake_on_a_command_line(in_a_folder: Path, capsys: pytest.CaptureFixture[str], command: str):
    program, *words = command.split()
    usual = ["data_path=../data", "result_path=out"] if program == "main" else []

    refused(program, [*usual, *words], COMMANDS[command], capsys)

    assert os.listdir(in_a_folder) == []


def test_a_model_that_is_broken_or_elsewhere_is_left_alone(in_a_folder: Path, capsys: pytest.CaptureFixture[str]):
    for name, flag in (("model.pt", "retrain=false"), ("checkpoint.pt", "--resume")):
        path = in_a_folder / "result" / "attention" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("version https://git-lfs.github.com/spec/v1\n")

        for result, word in (("result", f"{name}: .*git lfs pull"), ("result/attention", "set result_path=result$")):
            refused("main", ["data_path=../data", f"result_path={result}", flag], word, capsys)
        assert path.stat().st_size == 43
