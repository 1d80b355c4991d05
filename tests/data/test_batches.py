import multiprocessing
import os
import re
import signal
import time

import pytest
import torch
from torch import Tensor

from data.batches import Batches
from data.points import ColoredPoints
from utils.system.program import run_program


def integers(points: ColoredPoints, batches: list[Tensor]) -> list[list[int]]:
    return points.scaling.to_points(torch.cat(batches)).tolist()


@pytest.mark.parametrize("batch_size", [1, 40, 300, 1000])
def test_an_epoch_has_every_point_once_in_whole_batches_and_a_rest(points: ColoredPoints, batch_size: int):
    batches = Batches(points, batch_size, num_workers=0, seed=0)
    epoch = list(batches.from_step(0))

    assert len(epoch) == len(batches)
    assert all(len(batch) == batch_size for batch in epoch[:-1])
    assert sorted(integers(points, epoch)) == sorted(points.points.tolist())
    # Loading costs per call and not per point.
    assert len(next(iter(batches.loader))) == len(points)


def test_each_epoch_is_in_a_new_order_that_the_seed_determines(points: ColoredPoints):
    def two_epochs(seed: int) -> list[list[list[int]]]:
        batches = Batches(points, 300, 0, seed)
        return [integers(points, list(batches.from_step(step))) for step in (0, len(batches))]

    assert two_epochs(seed=0) == two_epochs(seed=0)
    assert len({str(epoch) for epoch in (*two_epochs(seed=0), *two_epochs(seed=1))}) == 4


@pytest.mark.parametrize(("epoch", "taken"), [(0, 3), (1, 0), (1, 3), (2, 0)])
def test_from_any_step_the_rest_of_its_epoch_is_the_same(points: ColoredPoints, epoch: int, taken: int):
    whole, resumed = (Batches(points, 64, num_workers=0, seed=0) for _ in range(2))
    epochs = [list(whole.from_step(step)) for step in (0, len(whole), 2 * len(whole))]

    rest = resumed.from_step(epoch * len(whole) + taken)
    assert all(torch.equal(*pair) for pair in zip(rest, epochs[epoch][taken:], strict=True))


def test_worker_processes_give_the_same_batches_leave_ctrl_c_and_live_from_epoch_to_epoch(points: ColoredPoints):
    points = points.with_points(points.points.repeat(30, 1))
    alone, with_workers = (Batches(points, 500, num_workers, seed=0) for num_workers in (0, 2))
    before, processes = {*multiprocessing.active_children()}, []
    for step in (0, len(alone)):
        pairs = zip(with_workers.from_step(step), alone.from_step(step), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)
        processes.append({*multiprocessing.active_children()} - before)
        for process in processes[-1]:
            os.kill(process.pid, signal.SIGINT)
    with_workers.close()

    assert len(processes[0]) == 2
    assert processes[0] == processes[1]
    assert processes[0].isdisjoint(multiprocessing.active_children())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_process_that_is_killed_costs_one_line(
    points: ColoredPoints, capfd: pytest.CaptureFixture[str], number: int
):
    before, handler = {*multiprocessing.active_children()}, signal.getsignal(signal.SIGTERM)

    def kill_the_worker(arguments: list[str]) -> None:
        for _ in Batches(points, 50, num_workers=1, seed=0).from_step(0):
            for worker in {*multiprocessing.active_children()} - before:
                os.kill(worker.pid, number)
            time.sleep(1)

    with pytest.raises(SystemExit):
        run_program(kill_the_worker, [])
    signal.signal(signal.SIGTERM, handler)
    assert re.fullmatch("error: .* was killed .*--resume num_workers=0\n", capfd.readouterr().err)
