"""No run is lost by starting another, and no folder mixes files of two runs, whatever is interrupted when."""

import csv
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from quick import command_line

from main import main
from utils.program.errors import InputError
from utils.runs.folders import RESULTS, set_aside

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts its runs by fork, for speed")


def a_run(folder: Path, content: str, day: int = 1) -> Path:
    """A folder that looks like a run's, last changed on this day of January 2026."""
    (folder / "epochs").mkdir(parents=True)
    for name in ("config.yaml", "model.pt", "epochs/epoch_001.png"):
        (folder / name).write_text(content)
    changed = time.mktime((2026, 1, day, 12, 0, 0, 0, 0, -1))
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (changed, changed))
    return folder


def contents(folder: Path) -> dict[str, str]:
    """What each run in `folder` holds."""
    return {path.name: (path / "model.pt").read_text() for path in sorted(folder.iterdir())}


def test_a_run_moves_aside_whole_and_its_name_says_when_it_ended_and_what_it_was(tmp_path: Path):
    folder = a_run(tmp_path / "attention", "one")
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    moved = set_aside(folder, 20)

    assert moved == tmp_path / "earlier" / "2026-01-01_12-00-00_attention"
    assert sorted(path.relative_to(moved) for path in moved.rglob("*")) == before
    assert list(folder.iterdir()) == []
    assert set_aside(folder, 20) is None


def test_the_oldest_runs_of_the_same_model_are_removed_and_names_sort_by_age(tmp_path: Path):
    for model in ("attention", "attention_2", "vanilla"):
        for day in range(1, 6):
            set_aside(a_run(tmp_path / model, f"{model} {day}", day), 100)
            (tmp_path / model).rmdir()

    set_aside(a_run(tmp_path / "attention", "attention 6", 6), 3)

    kept = list(contents(tmp_path / "earlier").values())
    assert [content for content in kept if content.startswith("attention ")] == [f"attention {i}" for i in (4, 5, 6)]
    assert len(kept) == 3 + 5 + 5


def test_runs_that_end_in_the_same_second_are_kept_in_their_order(tmp_path: Path):
    for number in range(12):
        set_aside(a_run(tmp_path / "vanilla", f"{number:02}"), 10)
        (tmp_path / "vanilla").rmdir()

    assert list(contents(tmp_path / "earlier").values()) == [f"{number:02}" for number in range(2, 12)]


def test_a_run_that_a_person_has_renamed_is_never_removed(tmp_path: Path):
    best = a_run(tmp_path / "earlier" / "my_attention_best", "best")

    set_aside(a_run(tmp_path / "attention", "new"), 0)

    assert (best / "model.pt").read_text() == "best"
    assert contents(tmp_path / "earlier") == {"my_attention_best": "best"}


def test_a_run_without_an_epoch_does_not_push_out_one_that_has_some(tmp_path: Path):
    folder = tmp_path / "vanilla"
    (folder / "epochs").mkdir(parents=True)
    (folder / "config.yaml").touch()
    (folder / "model.part.pt").touch()

    assert set_aside(folder, 20) is None
    assert list(folder.iterdir()) == []
    assert list((tmp_path / "earlier").iterdir()) == []


def test_models_side_by_side_do_not_stay_when_one_of_them_has_gone(tmp_path: Path):
    (tmp_path / "compare.png").touch()
    a_run(tmp_path / "vanilla", "one")

    set_aside(tmp_path / "vanilla", 20)

    assert not (tmp_path / "compare.png").exists()


def test_a_folder_that_cannot_be_moved_ends_the_run_with_one_line(tmp_path: Path):
    (tmp_path / "earlier").touch()

    with pytest.raises(InputError, match=r"attention: the earlier run cannot be moved .*; move it yourself"):
        set_aside(a_run(tmp_path / "attention", "one"), 20)

    assert (tmp_path / "attention" / "model.pt").read_text() == "one"


def killed(call: str, number: int) -> Callable[[], None]:
    """What makes a process kill itself before its call `number` of this method of Path, or function of shutil."""
    owner = shutil if call == "rmtree" else Path
    proper, calls = getattr(owner, call), []

    def counting(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return proper(*arguments, **options)

    return lambda: setattr(owner, call, counting)


def in_a_process(act: Callable[[], object]) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=act)
    process.start()
    return process


@needs_fork
@pytest.mark.parametrize("keep", [0, 1, 20])
@pytest.mark.parametrize(
    ("call", "number"), [("mkdir", 1), ("rename", 1), ("mkdir", 2), ("rename", 2), *(("rmtree", i) for i in (1, 2, 3))]
)
def test_killed_at_any_step_of_moving_every_run_is_whole_and_in_one_place(
    tmp_path: Path, call: str, number: int, keep: int
):
    set_aside(a_run(tmp_path / "vanilla", "old", 1), 20)
    (tmp_path / "vanilla").rmdir()
    a_run(tmp_path / "vanilla", "new", 2)

    def start() -> None:
        killed(call, number)()
        set_aside(tmp_path / "vanilla", keep)

    in_a_process(start).join()

    def whole_runs() -> list[str]:
        places = [tmp_path / "vanilla", *(tmp_path / "earlier").glob("[!.]*")]
        runs = [place for place in places if place.exists() and any(place.iterdir())]
        assert all((place / "epochs" / "epoch_001.png").exists() for place in runs)
        return sorted((place / "model.pt").read_text() for place in runs)

    assert whole_runs() in {0: (["new", "old"], ["old"], []), 1: (["new", "old"], ["new"]), 20: (["new", "old"],)}[keep]
    # The next run finds its way from there.
    (tmp_path / "vanilla").mkdir(exist_ok=True)
    set_aside(tmp_path / "vanilla", 20)
    assert not list((tmp_path / "vanilla").iterdir())


def seeds_of(folder: Path) -> set[int]:
    """The seeds of all files in `folder` that tell theirs: one, if it holds one run."""
    settings = re.search(r"^seed: (\d+)", (folder / "config.yaml").read_text(), re.MULTILINE)
    seeds = {int(settings[1])} if settings else set()
    for name in ("model.pt", "checkpoint.pt"):
        if (folder / name).exists():
            seeds.add(torch.load(folder / name, weights_only=True)["config"]["seed"])
    if (folder / "report.html").exists():
        found = re.search(
            r"<th scope=.row.><code>seed</code>.*?<td>(\d+)</td>", (folder / "report.html").read_text(), re.DOTALL
        )
        seeds.add(int(found[1]) if found else -1)
    return seeds


@needs_fork
@pytest.mark.slow
def test_of_ten_runs_killed_at_random_moments_none_is_lost_and_none_mixed(folder: Path, tmp_path: Path):
    result = tmp_path / "result"

    def start(seed: int) -> multiprocessing.Process:
        return in_a_process(lambda: main(command_line(folder, result, "model=vanilla", f"seed={seed}")))

    begin = time.monotonic()
    start(1).join()
    seconds = time.monotonic() - begin
    begun = {1}
    for seed, moment in enumerate(np.random.default_rng(0).uniform(0, seconds, 10), start=2):
        process = start(seed)
        process.join(moment)
        process.kill()
        process.join()
        if (result / "vanilla" / "model.pt").exists() and seed in seeds_of(result / "vanilla"):
            begun.add(seed)

    runs = [path for path in [result / "vanilla", *(result / "earlier").glob("[!.]*")] if (path / "model.pt").exists()]
    seeds = [seeds_of(path) for path in runs]
    assert all(len(found) == 1 for found in seeds)
    assert sorted(seed for found in seeds for seed in found) == sorted(begun)
    assert len(begun) > 3


def test_what_was_drawn_goes_once_a_resumed_run_has_changed_the_model(folder: Path, tmp_path: Path):
    """Were it stopped then, pictures of an older model would lie beside the new one."""
    main(command_line(folder, tmp_path / "result", "model=vanilla"))
    out = tmp_path / "result" / "vanilla"
    assert [name for name in RESULTS if not (out / name).exists()] == []

    settings = str(out / "config.yaml")
    with pytest.MonkeyPatch.context() as patch:

        def stop(*_: object) -> None:
            raise InputError("stopped before drawing")

        patch.setattr("utils.runs.generation.generate", stop)
        with pytest.raises(InputError, match="stopped before drawing"):
            main(["--config", settings, "--resume", "epochs=3"])

    with open(out / "history.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3
    assert [name for name in RESULTS if (out / name).exists()] == []
